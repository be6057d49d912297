// The files that a policy names, read by whoever can: each once, and remembered.

import { problem } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";

/** Texts of files by their paths, as the policy writes these. */
export type Files = Readonly<Record<string, string>>;

/** The text of a file; throws what tells a person why there is none. */
export type ReadFile = (path: string) => string;

/** What a policy's files hold. */
export interface KnownFiles {
  /** The text of the file that the setting `key` names. Throws a `PolicyError`. */
  readonly read: (key: string, path: string) => string;
  /** The files that have been read. */
  table(): Files;
}

/** Takes a file from `files`, else asks `readFile`, once a path. `name` is what errors call the policy. */
export function filesOf(name: string, files: Files = {}, readFile?: ReadFile): KnownFiles {
  const known = new Map<string, string>();
  return {
    read(key, path) {
      const text = known.get(path) ?? readNow(name, key, path, files, readFile);
      known.set(path, text);
      return text;
    },
    table: () => Object.fromEntries(known),
  };
}

function readNow(name: string, key: string, path: string, files: Files, readFile: ReadFile | undefined): string {
  if (Object.hasOwn(files, path)) return String(files[path]);
  const fail = (why: string): never => {
    const message = `\`${key}\` names the file ${JSON.stringify(path)}, which cannot be read: ${why}`;
    throw new PolicyError(name, [problem(name, "file/unreadable", message)]);
  };
  if (readFile === undefined) return fail("nothing here reads files; give `readFile` to `Sentry.create`");
  let text: unknown;
  try {
    text = readFile(path);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  return typeof text === "string" ? text : fail("`readFile` gave no text");
}
