// The built-in kinds of secrets as regular expressions: those with a label or a form of their own, and one for each
// format in the table of tokens.

import { readFileSync } from "node:fs";

const table = readFileSync(new URL("../../core-rs/crates/core/data/tokens.txt", import.meta.url), "utf8");

/** Before a token: no letter or digit. */
const START = "(?<![0-9A-Za-z])";

/** @type {readonly [kind: string, pattern: RegExp][]} */
const FORMS = [
  [
    "private_key",
    /-----BEGIN [ 0-9A-Z]{0,40}PRIVATE KEY(?: BLOCK)?-----[0-9A-Za-z+/=\s"'`,:.()|<>#*_@%\\-]*?-----END [ 0-9A-Z]{0,40}PRIVATE KEY(?: BLOCK)?-----/g,
  ],
  ["jwt", new RegExp(`${START}eyJ[\\w-]{8,}\\.[\\w-]{2,}\\.[\\w-]*(?:\\.[\\w-]+\\.[\\w-]+)?`, "g")],
  [
    "aws_secret",
    /(?:aws[ _.-]?secret|secret[ _-]?access[ _-]?key) *["']?\s*(?:=>|:=|[:=>])\s*["'`]?[0-9A-Za-z+/=]{16,}/gi,
  ],
  ["bearer", /\bbearer[ \t]+[0-9A-Za-z._~+/=-]{12,}/gi],
  ["authorization", /authorization["']?\s*[:=,]\s*["']?(?:[\w-]+ +)?[0-9A-Za-z._~+/=:-]{12,}/gi],
  ["cookie", /cookie: *(?:[\w.-]+=[^;\s"']{8,};? ?)+/gi],
  ["url_credentials", /[a-z]:\/\/[^\s/?#"'`<>:@]*:[^\s/?#"'`<>@]{3,}@/gi],
  [
    "generic_secret",
    /(?:(?:api|access|secret|private|auth|signing|encryption|account|master|service)[ _.-]?key|secret|token|passwd|password|passphrase|pwd) *["'`]?\s*(?:=>|:=|\?=|==?|:)\s*(?:"[^"\s]{12,}|'[^'\s]{12,}|`[^`\s]{12,}|[^\s"'`\\,;:&<>(){}[\]=][^\s"'`\\,;&<>(){}[\]]{11,})/gi,
  ],
  ["generic_secret", / --(?:user|password|token|secret-key)[ =][^\s"']{8,}/g],
  ["email", /[\w%+-][\w.%+-]{0,63}@(?:[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,24}\b/g],
];

/** @type {Readonly<Record<string, string>>} */
const CLASSES = {
  digit: "[0-9]",
  hex: "[0-9a-f]",
  HEX: "[0-9A-Fa-f]",
  lower: "[0-9a-z]",
  upper: "[0-9A-Z]",
  base32: "[2-7A-Z]",
  letter: "[A-Za-z]",
  alnum: "[0-9A-Za-z]",
  word: "[\\w-]",
  slack: "[0-9A-Za-z-]",
  base64: "[0-9A-Za-z+/=]",
  base64url: "[\\w=-]",
  url: "[\\w.~=%+-]",
  azure: "[\\w.~-]",
  path: "[\\w./~@-]",
};

/** @returns {{ kind: string, pattern: RegExp }[]} */
export function secretPatterns() {
  const lines = table.split("\n").map((line) => line.replace(/#.*/, "").trim().split(/\s+/));
  const tokens = lines.filter(([kind]) => kind).map(([kind = "", ...parts]) => ({ kind, pattern: pattern(parts) }));
  return [...tokens, ...FORMS.map(([kind, pattern]) => ({ kind, pattern }))];
}

/** @param {readonly string[]} parts */
function pattern(parts) {
  const source = parts.map((part) => {
    const [, name = "", count = ""] = /^(\w+)(\{[\d,]+\})$/.exec(part) ?? [];
    return name === "" ? part.replaceAll('"', "").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&") : `${CLASSES[name]}${count}`;
  });
  return new RegExp(`${START}${source.join("")}`, "g");
}
