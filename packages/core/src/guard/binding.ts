// The binding of an approval: a hash of the exact call that a person is asked about.

import type { SentryEvent } from "../events/event.js";
import { absolutePath } from "./absolute-path.js";
import { canonicalJson } from "./canonical-json.js";
import { sha256 } from "./sha256.js";
import type { Subject } from "./subject.js";
import type { GuardOptions } from "./types.js";

/** The most words of the commands of a call, each of which may name a file that is run. */
const MAX_WORDS = 1000;

/** What separates the words of a command, in any shell. */
const SEPARATORS = /[\s"'`;&|<>()={},]+/;

/** The words of the commands that an event runs, without quotes and escapes. */
export type WordsOf = (event: SentryEvent) => readonly string[];

/**
 * A SHA-256 over the tool, its arguments, server and folder, the session, agent and host, the
 * policy's revision, and the contents of the files that its commands name. Rejects with a
 * `RangeError` for a command of more than 1,000 different words, whose files cannot all be read.
 */
export async function bindingOf(
  subject: Subject,
  revision: string,
  options: GuardOptions,
  wordsOf: WordsOf,
): Promise<string> {
  const { session, agent, host } = options;
  const call = subject.call ?? String(subject.itself);
  const files = await filesOf(subject, options, wordsOf);
  return await sha256(canonicalJson([call, session, agent, host, revision, files]));
}

/** The paths and hashes of the files that the commands name, if the host reads files. */
async function filesOf({ mapped }: Subject, { contentOf, cwd }: GuardOptions, wordsOf: WordsOf): Promise<string[][]> {
  if (contentOf === undefined) return [];
  const paths = new Set<string>();
  for (const one of mapped) {
    if (!("ToolExec" in one.event)) continue;
    const { argv, cwd: folder = cwd } = one.event.ToolExec;
    const words = argv.flatMap((text) => [text, ...text.split(SEPARATORS)]);
    for (const word of [...words, ...wordsOf(one)]) if (word !== "") paths.add(absolutePath(word, folder ?? undefined));
    if (paths.size > MAX_WORDS) throw new RangeError(`the command has more than ${MAX_WORDS} words`);
  }
  const files: string[][] = [];
  for (const path of paths) {
    const content = path.startsWith("/") ? await contentOf(path) : undefined;
    if (content !== undefined) files.push([path, await sha256(content)]);
  }
  return files;
}
