// Reads the events of a stream (SSE), each of which holds a frame.

import { createParser } from "eventsource-parser";
import { MAX_FRAME_BYTES } from "../frame.js";

/** A part of a stream. `id` lets a client ask for the events after it. */
export type StreamPart =
  | { readonly kind: "frame"; readonly data: string; readonly id: string | undefined }
  /** An event that is not a frame: no client reads it. */
  | { readonly kind: "other"; readonly type: string; readonly id: string | undefined }
  | { readonly kind: "retry"; readonly ms: number }
  | { readonly kind: "comment" };

/** Rejects for bytes that are not UTF-8, and for an event larger than a frame may be. */
export async function* partsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamPart> {
  const parts: StreamPart[] = [];
  const parser = createParser({
    maxBufferSize: MAX_FRAME_BYTES,
    onEvent: ({ event = "message", data, id }) => {
      parts.push(event === "message" ? { kind: "frame", data, id } : { kind: "other", type: event, id });
    },
    onRetry: (ms) => parts.push({ kind: "retry", ms }),
    onComment: () => parts.push({ kind: "comment" }),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded")
        throw new Error(`an event is larger than ${MAX_FRAME_BYTES} bytes`);
    },
  });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* parts.splice(0);
  }
}
