// The flags of `hook HOST`, read without the parser of the other commands: it takes longer to load
// than a judgement takes.

import { isAbsolute } from "node:path";

/** What `hook install` has fixed. */
export interface HookOptions {
  /** The user's policy. */
  readonly policy?: string;
  /** The socket of the resident judge. */
  readonly socket?: string;
}

/** Throws an `Error` for anything but `--policy FILE` and `--socket PATH` with absolute paths. */
export function readOptions(words: readonly string[]): HookOptions {
  const options: { policy?: string; socket?: string } = {};
  for (let i = 0; i < words.length; i += 2) {
    const key = words[i] === "--policy" ? "policy" : words[i] === "--socket" ? "socket" : undefined;
    if (key === undefined) throw new Error(`unknown argument \`${words[i]}\` of the hook`);
    const path = words[i + 1];
    // A relative path would be one in the folder that the agent works in.
    if (path === undefined || !isAbsolute(path)) throw new Error(`\`--${key}\` of the hook needs an absolute path`);
    options[key] = path;
  }
  return options;
}
