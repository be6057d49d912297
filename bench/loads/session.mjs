// The judged lines: the recorded session of examples/, and the labelled lines of the corpus, without
// those that a rule on commands decides and destinations in brackets: the judges that a3s-sentry is
// compared with know only patterns over subjects.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Sentry } from "a3s-sentry";
import { aclOf } from "../rules/generate.mjs";
import { AGENTS, anew } from "./anew.mjs";

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
 * The session over and over, each time of another agent, at least so many bytes of it, cut without regard to lines.
 * @param {number} bytes @param {number} [first] the number of the first agent
 */
export function chunksOfSession(bytes, first = 0) {
  const once = `${session.join("\n")}\n`;
  const repeats = Math.ceil(bytes / Buffer.byteLength(anew(once, 0)));
  const all = new Uint8Array(
    Buffer.concat(Array.from({ length: repeats }, (_, time) => Buffer.from(anew(once, first + time)))),
  );
  const chunks = [];
  for (let start = 0; start < all.length; start += CHUNK_BYTES) chunks.push(all.subarray(start, start + CHUNK_BYTES));
  return { chunks, bytes: all.length, lines: repeats * session.length };
}

/** Such loads of agents that differ, so that hardly an event of one is known when it comes again. @param {number} bytes */
export function loadsOfSession(bytes) {
  const once = Buffer.byteLength(session.join("\n"));
  const each = Math.ceil(bytes / once);
  return Array.from({ length: Math.ceil(AGENTS / each) }, (_, load) => chunksOfSession(bytes, load * each));
}
