// Writes text to a stream completely.

import type { Writable } from "node:stream";
import { errnoOf } from "../util/errno.js";
import { CliError, errorText } from "./io.js";

/**
 * Resolves when `text` is written, or if its reader has closed the stream, after which the rest is for
 * nobody. Rejects with a `CliError`.
 */
export function writeOut(stream: Writable, text: string): Promise<"written" | "closed"> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (!error) resolve("written");
      else if (errnoOf(error) === "EPIPE") resolve("closed");
      else reject(new CliError(`cannot write to stdout: ${errorText(error)}`, { cause: error }));
    };
    // A failure also emits `error`, which would end the process without a listener.
    stream.once("error", done);
    stream.write(text, (error) => {
      if (!error) stream.off("error", done);
      done(error);
    });
  });
}
