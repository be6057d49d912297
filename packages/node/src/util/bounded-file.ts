// Reading a file of which little is known, never more of it than it may hold.

import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Opening a FIFO must not wait for whoever writes to it. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The bytes of a regular file of at most `most`. Throws the system's error, or one that says what is wrong with the file. */
export function readBounded(path: string, most: number): Buffer {
  const fd = openSync(path, OPEN_FLAGS);
  try {
    // With `bigint`: see `statOf` of the command line.
    const stat = fstatSync(fd, { bigint: true });
    if (stat.isDirectory()) throw new Error("it is a directory");
    if (!stat.isFile()) throw new Error("it is not a regular file");
    // Its size is no guide: a file may grow meanwhile, and those of /proc claim to be empty. A part of a policy is another one.
    const room = Buffer.allocUnsafe(most + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < room.length; length += read) {
      read = readSync(fd, room, length, room.length - length, null);
    }
    if (length > most) throw new Error(`it is larger than ${most} bytes`);
    return room.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
