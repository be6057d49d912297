// The files that a policy names: each is read once and kept.

import { messageOf } from "../util/error.js";
import { problem } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";

/** Texts of files by path, as the policy has it. */
export type Files = Readonly<Record<string, string>>;

/** Returns the text of a file. Throws an error whose message says why it cannot be read. */
export type ReadFile = (path: string) => string;

/** The files of a policy. */
export interface PolicyFiles {
  /** The text of the file that the setting `key` names. Throws a `PolicyError`. */
  readonly read: (key: string, path: string) => string;
  /** The files that were read. */
  table(): Files;
}

/**
 * Takes a file from `files`, otherwise from `readFile`, once per path. `name` is the policy's name
 * in errors.
 */
export function policyFiles(name: string, files: Files = {}, readFile?: ReadFile): PolicyFiles {
  const texts = new Map<string, string>();
  return {
    read(key, path) {
      const text = texts.get(path) ?? readNow(name, key, path, files, readFile);
      texts.set(path, text);
      return text;
    },
    table: () => Object.fromEntries(texts),
  };
}

function readNow(name: string, key: string, path: string, files: Files, readFile: ReadFile | undefined): string {
  if (Object.hasOwn(files, path)) return String(files[path]);
  const fail = (why: string): never => {
    const message = `\`${key}\` names the file ${JSON.stringify(path)}, which cannot be read: ${why}`;
    throw new PolicyError(name, [problem(name, "file/unreadable", message)]);
  };
  if (readFile === undefined) return fail("no file access here; give `Sentry.create` the option `readFile`");
  let text: unknown;
  try {
    text = readFile(path);
  } catch (error) {
    return fail(messageOf(error));
  }
  return typeof text === "string" ? text : fail("`readFile` did not return a string");
}
