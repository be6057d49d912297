// The policy file that the preview opens, and writes if it may.

import { createHash } from "node:crypto";
import { basename, extname } from "node:path";
import { readPolicyFile } from "../../policy/policy-file.js";
import { replaceFile } from "../../util/replace-file.js";
import { includedBy } from "./includes.js";
import type { Opened } from "./page.js";

export class PreviewedFile {
  readonly #path: string;
  readonly isWritable: boolean;

  constructor(path: string, isWritable: boolean) {
    this.#path = path;
    this.isWritable = isWritable;
  }

  /** The policy as it is now. Rejects with a `PolicyError` if it cannot be read. */
  async open(): Promise<Opened> {
    const text = readPolicyFile(this.#path);
    return {
      name: basename(this.#path),
      text,
      includes: await includedBy(this.#path),
      format: extname(this.#path).toLowerCase() === ".toml" ? "toml" : "acl",
      ...(this.isWritable ? { revision: revisionOf(text) } : {}),
    };
  }

  /**
   * Replaces the text. Returns the new revision, or `undefined` if the file has not the `expected`
   * one.
   */
  write(text: string, expected: string): string | undefined {
    if (revisionOf(readPolicyFile(this.#path)) !== expected) return undefined;
    replaceFile(this.#path, text);
    return revisionOf(text);
  }
}

function revisionOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
