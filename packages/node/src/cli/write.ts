// Writing to a stream until it has taken all.

import type { Writable } from "node:stream";
import { CliError, errorText } from "./io.js";

/** Resolves when `text` is out, or its reader has gone and so has seen what it wanted. Rejects with a `CliError`. */
export function writeOut(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (!error || ("code" in error && error.code === "EPIPE")) resolve();
      else reject(new CliError(`cannot write to stdout: ${errorText(error)}`, { cause: error }));
    };
    // Nobody else heeds the event that comes with a failure, and it would end the process.
    stream.once("error", done);
    stream.write(text, (error) => {
      if (!error) stream.off("error", done);
      done(error);
    });
  });
}
