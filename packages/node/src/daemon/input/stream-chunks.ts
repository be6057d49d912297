// The chunks of the input, until it ends or a signal aborts.

import type { Readable } from "node:stream";
import { AutoResetEvent } from "../../util/deferred.js";
import { FileInput } from "./file-input.js";

/**
 * Yields the chunks of `input`, each valid until the next one. After `signal` aborts, it yields
 * what has been read already and ends. Throws the error of the input.
 */
export async function* streamChunks(input: Readable | FileInput, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (input instanceof FileInput) {
    yield* input.chunks(signal);
    return;
  }
  const change = new AutoResetEvent();
  const onChange = (): void => change.set();
  for (const event of EVENTS) input.on(event, onChange);
  signal.addEventListener("abort", onChange);
  try {
    while (!signal.aborted) {
      const chunk: Uint8Array | null = input.read();
      if (chunk !== null) yield chunk;
      else if (input.errored !== null) throw input.errored;
      else if (input.readableEnded || input.destroyed) return;
      else await change.wait();
    }
    const rest: Uint8Array | null = input.read();
    if (rest !== null) yield rest;
  } finally {
    for (const event of EVENTS) input.off(event, onChange);
    signal.removeEventListener("abort", onChange);
    // The stream may still fail, and nobody can use that error.
    input.on("error", () => {});
    input.destroy();
  }
}

const EVENTS = ["readable", "end", "close", "error"];
