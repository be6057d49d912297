// The file of rules, and a record of its valid versions.

import { renameSync, writeFileSync } from "node:fs";
import { badText, policyText } from "./policy.mjs";

export class PolicyFile {
  path;
  #version = 0;

  /** Writes the first version. @param {string} path */
  constructor(path) {
    this.path = path;
    writeFileSync(path, policyText(0));
  }

  /** Whether this version was ever a policy to be in force. @param {number} version */
  isGood(version) {
    return version >= 0 && version <= this.#version;
  }

  /** The text of the next version. */
  next() {
    this.#version += 1;
    return policyText(this.#version);
  }

  /** What would be the next version, but for a mistake. */
  bad() {
    return badText(this.#version + 1);
  }

  /** Writes into the file as it is. @param {string} text */
  write(text) {
    writeFileSync(this.path, text);
  }

  /** Writes another file, which takes the name. @param {string} text */
  replace(text) {
    writeFileSync(`${this.path}.new`, text);
    renameSync(`${this.path}.new`, this.path);
  }
}
