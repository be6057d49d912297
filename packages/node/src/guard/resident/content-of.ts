// The contents of files that an approved call would run.

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { errnoOf } from "../../util/errno.js";
import { errorText } from "../../util/error-text.js";
import { Turns } from "./turns.js";

/** The largest file that is read. */
const MAX_BYTES = 512 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Non-blocking, in case the file becomes a FIFO meanwhile. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * A file system that does not answer, which an agent may choose, takes a thread of the pool of
 * Node.js. The others of its four are for the policies and for names of hosts.
 */
const turns = new Turns(2, 1024);

/** What leads to no file that could be run. */
const NO_FILE: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);

/**
 * The SHA-256 of a file, which stands for its content; `undefined` if there is no file, and for a
 * folder or a device. Rejects with an `Error` for a file that cannot be read, that is larger than
 * 512 MiB, or that has no content of its own, as a FIFO: an approval cannot be bound to it.
 */
export async function contentOf(path: string): Promise<Uint8Array | undefined> {
  return await turns.take(() => read(path));
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    // A word of a command may have any character.
    if (path.includes("\0")) return undefined;
    const found = await stat(path);
    if (found.isDirectory() || found.isCharacterDevice() || found.isBlockDevice()) return undefined;
    if (!found.isFile()) throw new Error("it is not a regular file");
    const file = await open(path, OPEN_FLAGS);
    try {
      return await hashOf(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (NO_FILE.has(errnoOf(error))) return undefined;
    throw new Error(`an approval cannot be bound to \`${path}\`: ${errorText(error)}`, { cause: error });
  }
}

async function hashOf(file: FileHandle): Promise<Uint8Array> {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let length = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return hash.digest();
    length += bytesRead;
    if (length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    hash.update(chunk.subarray(0, bytesRead));
  }
}
