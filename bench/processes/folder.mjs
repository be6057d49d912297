// A temporary folder for the files of processes: loads of any length, policies, audits.

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anew } from "../loads/anew.mjs";

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
   * A file of `lines`, so many times over, each time of another agent; one of this name and length is written once.
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
    const some = Math.ceil(PIECE / text.length);
    const file = openSync(this.path(name), "w");
    for (let done = 0; done < times; done += some) {
      const piece = Array.from({ length: Math.min(times - done, some) }, (_, time) => anew(text, done + time));
      writeSync(file, piece.join(""));
    }
    closeSync(file);
    return this.path(name);
  }

  remove() {
    rmSync(this.#path, { recursive: true });
  }
}
