// Writing to a stream until it has taken all.

import type { Writable } from "node:stream";

/** Resolves when `text` is out. Rejects with the stream's error, such as `EPIPE` where its reader has gone. */
export function writeOut(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.write(text, (error) => {
      if (error) return reject(error);
      stream.off("error", reject);
      resolve();
    });
  });
}
