// The kinds of rules in collections for endpoints, containers and secrets, as frequent as there.

import { options, packages, paths, programs } from "./words.mjs";

/** @typedef {import("./random.mjs").Chance} Chance */
/** @typedef {{ share: number, on: string[][], pattern: (chance: Chance) => string }} Sort `share` is out of a hundred */

const PROGRAM = [["ToolExec"], ["ToolExec"], ["ToolExec", "SslContent"], ["*"]];
const PATH = [["FileAccess"], ["FileDelete"], ["FileAccess", "FileDelete"], ["*"]];
const HOST = [["Dns"], ["Egress"], ["Egress", "Dns"], ["*"]];
const SECRET = [["SslContent"], ["ToolExec", "SslContent"], ["*"]];

/** @param {string} text */
const literally = (text) => text.replace(/[.+*?()[\]{}|^$\\]/g, "\\$&");
/** The last `count` parts of a path. @param {string} path @param {number} count */
const end = (path, count) => literally(`/${path.split("/").slice(-count).join("/")}`);
/** @param {Chance} chance */
const program = (chance) => literally(chance.pick(programs));
/** @param {Chance} chance */
const label = (chance) => chance.pick(packages).split(/[.+]/, 1)[0] ?? "";
/** @param {Chance} chance */
const prefix = (chance) =>
  chance
    .pick(programs)
    .replace(/[^a-z]/g, "")
    .slice(0, 2 + chance.below(3));
/** @param {Chance} chance */
const network = (chance) => `${chance.pick([10, 172, 192, 198, 203])}\\.${chance.below(256)}\\.${chance.below(256)}\\.`;

/** @type {Sort[]} */
export const sorts = [
  { share: 22, on: PROGRAM, pattern: (by) => `\\b${program(by)}\\b.*\\s--?${by.pick(options)}` },
  { share: 9, on: PROGRAM, pattern: (by) => `(?i)\\b${program(by)}\\s+${by.pick(options)}\\b` },
  { share: 6, on: PROGRAM, pattern: (by) => `(^|/)${program(by)}\\s+(-\\w+\\s+)*${by.pick(options)}` },
  { share: 7, on: PROGRAM, pattern: (by) => `\\b(?:${by.times(3, () => literally(label(by))).join("|")})\\s` },
  { share: 3, on: PROGRAM, pattern: (by) => `\\|\\s*(sudo\\s+)?${program(by)}\\b` },
  { share: 9, on: PATH, pattern: (by) => `^${literally(by.pick(paths))}` },
  { share: 8, on: PATH, pattern: (by) => `${end(by.pick(paths), 2)}$` },
  { share: 5, on: PATH, pattern: (by) => `(?i)/${program(by)}\\.(conf|key|pem)$` },
  { share: 9, on: HOST, pattern: (by) => `(^|\\.)${label(by)}-${label(by)}\\.test\\b` },
  { share: 4, on: HOST, pattern: (by) => `\\b${label(by)}\\d*\\.example\\.(org|net)` },
  { share: 7, on: HOST, pattern: (by) => `\\b${network(by)}\\d+` },
  { share: 7, on: SECRET, pattern: (by) => `\\b${prefix(by)}_[0-9a-zA-Z]{${20 + by.below(24)}}` },
  { share: 2, on: SECRET, pattern: (by) => `(?i)${label(by)}[_-]?(key|token)=\\w{16}` },
  { share: 0.5, on: SECRET, pattern: (by) => `\\b[0-9a-f]{${33 + by.below(95)}}\\b` },
  { share: 0.5, on: SECRET, pattern: (by) => `[A-Z]{${16 + by.below(40)}}` },
  {
    share: 0.4,
    on: SECRET,
    pattern: (by) => `\\b\\d{${3 + by.below(3)}}[ -]\\d{${3 + by.below(3)}}[ -]\\d{${5 + by.below(4)}}\\b`,
  },
  { share: 0.3, on: SECRET, pattern: (by) => `[0-9A-Za-z+/]{${64 + by.below(64)}}={1,2}` },
  { share: 0.3, on: [["Dns"]], pattern: (by) => `^[b-df-hj-np-tv-z]{${9 + by.below(20)}}\\d*\\.` },
];
