// The chunks of a stream, until it ends or a signal aborts.

import type { Readable } from "node:stream";
import { FileInput } from "./file-input.js";

/**
 * Yields what `input` brings, each chunk valid until the next is asked for. Once `signal` aborts, what has been read
 * already is yielded still, then it ends. Throws the input's error.
 */
export async function* chunks(input: Readable | FileInput, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (input instanceof FileInput) {
    yield* input.chunks(signal);
    return;
  }
  const change = watch(input, signal);
  try {
    while (!signal.aborted) {
      const chunk: Uint8Array | null = input.read();
      if (chunk !== null) yield chunk;
      else if (input.errored !== null) throw input.errored;
      else if (input.readableEnded || input.destroyed) return;
      else await change.next();
    }
    const rest: Uint8Array | null = input.read();
    if (rest !== null) yield rest;
  } finally {
    change.stop();
    input.destroy();
  }
}

/** `next()` settles once anything has happened since it settled last. */
function watch(input: Readable, signal: AbortSignal): { next(): Promise<void>; stop(): void } {
  let happened = false;
  let wake = (): void => {};
  const notice = (): void => {
    happened = true;
    wake();
  };
  const events = ["readable", "end", "close", "error"];
  for (const event of events) input.on(event, notice);
  signal.addEventListener("abort", notice);
  return {
    async next() {
      if (!happened) await new Promise<void>((resolve) => (wake = resolve));
      happened = false;
    },
    stop() {
      for (const event of events) input.off(event, notice);
      signal.removeEventListener("abort", notice);
      // A stream that fails later has nobody to tell.
      input.on("error", () => {});
    },
  };
}
