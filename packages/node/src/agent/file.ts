// Reading a text file of which little is known, never more than it may hold.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to read it",
  ELOOP: "it is a link to itself",
  ENOENT: "it does not exist",
  ENOTDIR: "it is not a folder",
};

/** The text of a regular file of at most `maxBytes` bytes. Throws an `Error` that says in words why there is none. */
export function readText(path: string, maxBytes: number): string {
  const file = opened(path);
  try {
    if (!fstatSync(file).isFile()) throw new Error("it is not a regular file");
    // What the system says of its size is no guide: it may grow meanwhile.
    const room = Buffer.allocUnsafe(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < room.length; length += read) {
      read = readSync(file, room, length, room.length - length, null);
    }
    if (length > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    return room.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number {
  try {
    // A FIFO must not wait for its writer.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    throw new Error(causeOf(error), { cause: error });
  }
}

/** A system error in words. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  const code: unknown = "code" in error ? error.code : undefined;
  return (typeof code === "string" ? (CAUSES[code] ?? code) : undefined) ?? error.message;
}
