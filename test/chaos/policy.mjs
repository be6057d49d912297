// The policy of a chaos test, which changes without end and is sometimes invalid.

import { renameSync, writeFileSync } from "node:fs";

/** One version in so many has a mistake. */
const INVALID_EVERY = 5;

export class ChangingPolicy {
  path;
  #denyFile;
  #version = 0;

  /** @param {string} path @param {string} denyFile */
  constructor(path, denyFile) {
    this.path = path;
    this.#denyFile = denyFile;
  }

  /** Puts a valid version in place. */
  replace() {
    this.#version += 1;
    this.#write(this.#text(this.#version));
  }

  /** Puts the next version in place, valid or not. */
  change() {
    if (++this.#version % INVALID_EVERY === 0) this.#write("rule {");
    else this.#write(this.#text(this.#version));
  }

  /** Another file takes the name, so that no half of a policy is read. @param {string} text */
  #write(text) {
    writeFileSync(`${this.path}.new`, text);
    renameSync(`${this.path}.new`, this.path);
  }

  /** @param {number} version */
  #text(version) {
    return `deny { exec = ${JSON.stringify(this.#denyFile)} max_lines = 10000000 }
rule "chaos" {
  on = "ToolExec" match = "^/chaos/" verdict = "block" severity = "high" reason = "version ${version}" action = "deny-exec"
}
`;
  }
}
