// Removes deny-files while sentry writes them, and checks each file found.

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const KINDS = ["egress", "file", "exec"];
const EVERY_MS = 1500;
const TARGET = /^(?:\/soak\/k\d+\/t\d\d|\/soak\/ask|t\d\d\.k\d+\.soak\.example)$/;

export class DenyFiles {
  /** @type {string[]} */
  problems = [];
  /** How often one was changed. */
  changes = 0;
  #paths;

  /** @param {string} folder that they lie in */
  constructor(folder) {
    this.#paths = KINDS.map((kind) => join(folder, `${kind}-deny.txt`));
  }

  /** The flags of `a3s-sentry run` for them. */
  get flags() {
    return KINDS.flatMap((kind, i) => [`--${kind}-deny`, this.#paths[i] ?? ""]);
  }

  /** Takes lines back, empties or moves a file, in turns, until the signal aborts. @param {AbortSignal} signal */
  async tidy(signal) {
    const ways = [
      takeBack,
      (/** @type {string} */ path) => this.#moveAway(path),
      (/** @type {string} */ path) => truncateSync(path),
    ];
    for (let turn = 0; !signal.aborted; turn++) {
      await pause(EVERY_MS, undefined, { signal }).catch(() => {});
      const path = this.#paths[turn % this.#paths.length];
      if (path === undefined || !existsSync(path)) continue;
      ways[Math.floor(turn / this.#paths.length) % ways.length]?.(path);
      this.changes += 1;
    }
  }

  /** Looks at what is there now. */
  check() {
    for (const path of this.#paths) if (existsSync(path)) this.#check(path);
  }

  /** @param {string} path */
  #moveAway(path) {
    const old = `${path}.old`;
    renameSync(path, old);
    this.#check(old);
    rmSync(old);
  }

  /** Whole lines, each a target, none twice. @param {string} path */
  #check(path) {
    const lines = readFileSync(path, "utf8").split("\n");
    if (lines.pop() !== "") this.problems.push(`${path} does not end with a newline`);
    const strange = lines.find((line) => !TARGET.test(line));
    if (strange !== undefined) this.problems.push(`${path} holds \`${strange}\`, which was not blocked`);
    if (new Set(lines).size < lines.length) this.problems.push(`${path} holds a target twice`);
  }
}

/** Takes every other line out, as the runbook says: a new file, forced onto the disk, takes the name. @param {string} path */
function takeBack(path) {
  const kept = readFileSync(path, "utf8")
    .split("\n")
    .filter((line, i) => line !== "" && i % 2 === 0);
  const file = openSync(`${path}.new`, "w");
  writeSync(file, kept.map((line) => `${line}\n`).join(""));
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
}
