// The judged lines: the recorded session of examples/, and the labelled lines of the corpus, without
// those that a rule on commands decides and destinations in brackets: the judges that a3s-sentry is
// compared with know only patterns over subjects.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Sentry } from "a3s-sentry";
import { aclOf } from "../rules/generate.mjs";

const root = new URL("../../", import.meta.url);
const CHUNK_BYTES = 64 * 1024;

/** The session's policy: its own rules, then the built-in ones. */
export const policyPath = fileURLToPath(new URL("examples/sentry.acl", root));

/** @param {string} path @returns {string[]} */
function linesOf(path) {
  const lines = readFileSync(new URL(path, root), "utf8").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

const sentry = await Sentry.create(aclOf([]));
const onCommands = new Set(sentry.policy.rules.filter(({ pattern }) => pattern === null).map(({ name }) => name));

/** @param {string} line */
const isByPattern = (line) => !onCommands.has(sentry.classify(line)?.rule ?? "") && !line.includes('"peer":"[');

export const session = linesOf("examples/session.ndjson").filter(isByPattern);

export const labelled = readdirSync(new URL("test/corpus/labelled/", root))
  .filter((name) => name.endsWith(".ndjson"))
  .sort()
  .flatMap((name) => linesOf(`test/corpus/labelled/${name}`))
  .filter(isByPattern);
sentry.close();

/**
 * The session over and over, at least so many bytes of it, cut without regard to lines.
 * @param {number} bytes
 */
export function chunksOfSession(bytes) {
  const once = Buffer.from(`${session.join("\n")}\n`);
  const repeats = Math.ceil(bytes / once.length);
  const all = new Uint8Array(Buffer.concat(Array.from({ length: repeats }, () => once)));
  const chunks = [];
  for (let start = 0; start < all.length; start += CHUNK_BYTES) chunks.push(all.subarray(start, start + CHUNK_BYTES));
  return { chunks, bytes: all.length, lines: repeats * session.length };
}
