// Keeps the pins of a server in a file, from one session to the next.

import { writeFileSync } from "node:fs";
import { messageOf } from "@a3s-sentry/core/host";
import { readBounded } from "../../util/bounded-file.js";
import { errnoOf } from "../../util/errno.js";
import { replaceFile } from "../../util/replace-file.js";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { readJson } from "../hosts/read-json.js";
import { Pins } from "./pins.js";

const VERSION = 1;
const MAX_BYTES = 16 * 1024 * 1024;

/** A file with the pins of one server. A pin stays until the file is deleted. */
export class PinFile {
  readonly pins: Pins;
  readonly #path: string;
  readonly #server: string;
  #saved: number;

  private constructor(path: string, server: string, pins: Pins) {
    this.#path = path;
    this.#server = server;
    this.pins = pins;
    this.#saved = pins.first.size;
  }

  /** Reads the file, or makes it. Throws an `Error` for one that cannot be read, or that is of another server. */
  static open(path: string, server: string): PinFile {
    try {
      writeFileSync(path, contentOf(server, []), { flag: "wx", mode: 0o600 });
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
    return new PinFile(path, server, new Pins(pinsIn(readJson(readBounded(path, MAX_BYTES)), server)));
  }

  /** Writes new pins, if there are any. Throws the system's error. */
  save(): void {
    const { first } = this.pins;
    if (first.size === this.#saved) return;
    replaceFile(this.#path, contentOf(this.#server, first));
    this.#saved = first.size;
  }
}

/** What is wrong with a file of pins, for a message. */
export function pinFileProblem(error: unknown): string {
  return messageOf(error).replace("the input", "the file");
}

function contentOf(server: string, pins: Iterable<readonly [string, string]>): string {
  return `${JSON.stringify({ v: VERSION, server, pins: Object.fromEntries(pins) }, null, 2)}\n`;
}

function pinsIn(file: JsonObject, server: string): [string, string][] {
  const pins = field(file, "pins");
  if (field(file, "v") !== VERSION || !isObject(pins)) throw new Error("it is not a file of pins");
  if (field(file, "server") !== server) throw new Error("it has the pins of another server");
  return Object.entries(pins).map(([of, hash]) => {
    if (typeof hash !== "string") throw new Error("it is not a file of pins");
    return [of, hash];
  });
}
