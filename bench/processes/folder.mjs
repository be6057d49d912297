// A temporary folder for the files of processes: loads of any length, policies, audits.

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** At least so many bytes are written at once. */
const PIECE = 4 << 20;

export class Folder {
  #path = mkdtempSync(join(tmpdir(), "a3s-sentry-bench-"));
  /** @type {Map<string, import("./timed.mjs").Load>} */
  #loads = new Map();

  /** @param {string} name */
  path(name) {
    return join(this.#path, name);
  }

  /** @param {string} name @param {string} text */
  write(name, text) {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /**
   * A file of `lines`, so many times over; one of this name and length is written once.
   * @param {string} name @param {readonly string[]} lines @param {number} units in the lines, once @param {number} times
   */
  load(name, lines, units, times) {
    const key = `${name}-${times}`;
    const load = this.#loads.get(key) ?? {
      path: this.#repeat(key, `${lines.join("\n")}\n`, times),
      units: units * times,
    };
    this.#loads.set(key, load);
    return load;
  }

  /** @param {string} name @param {string} text @param {number} times */
  #repeat(name, text, times) {
    const once = Buffer.from(text);
    const some = Math.min(times, Math.ceil(PIECE / once.length));
    const piece = Buffer.concat(Array.from({ length: some }, () => once));
    const file = openSync(this.path(name), "w");
    for (let left = times; left > 0; left -= some) writeSync(file, piece, 0, Math.min(left, some) * once.length);
    closeSync(file);
    return this.path(name);
  }

  remove() {
    rmSync(this.#path, { recursive: true });
  }
}
