// `fetch` for an untrusted endpoint: no redirects, and a reply of limited size that is read to its
// end.

import { LlmFailure, StatusFailure } from "./llm-failure.js";

/** The most bytes of a reply, after decompression. */
const MAX_REPLY_BYTES = 1024 * 1024;

const FIRST_BYTES = 16 * 1024;

const decoder = new TextDecoder("utf-8", { ignoreBOM: false });

/** A reply with status 200. */
export interface BoundedReply {
  /** The body's media type in lower case, without parameters; empty if the reply has none. */
  readonly mediaType: string;
  readonly text: string;
}

/**
 * Sends a request, and reads the whole reply while `init.signal` can still abort it.
 *
 * Returns `undefined` for any other successful status than 200. Rejects with a `StatusFailure` for
 * other statuses, with an `LlmFailure` for a reply of more than 1 MiB, and with what `fetch`
 * rejects with.
 */
export async function boundedFetch(url: string, init: RequestInit): Promise<BoundedReply | undefined> {
  // "manual", because workers do not support "error".
  const response = await fetch(url, { ...init, redirect: "manual" });
  if (response.status === 200) {
    const [mediaType = ""] = (response.headers.get("content-type") ?? "").split(/[;,]/);
    return { mediaType: mediaType.trim().toLowerCase(), text: decoder.decode(await bytesOf(response)) };
  }
  response.body?.cancel().catch(() => {});
  if (response.ok) return undefined;
  // Browsers hide a redirect's status.
  throw response.status === 0 ? new LlmFailure("it redirects") : new StatusFailure(response.status);
}

/** Reads the body into one buffer, however small its chunks are. */
async function bytesOf({ body }: Response): Promise<Uint8Array> {
  let bytes = new Uint8Array(FIRST_BYTES);
  let size = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    const next = size + part.value.length;
    if (next > MAX_REPLY_BYTES) {
      reader?.cancel().catch(() => {});
      throw new LlmFailure("its reply is larger than 1 MiB");
    }
    if (next > bytes.length) {
      const larger = new Uint8Array(Math.max(next, 2 * bytes.length));
      larger.set(bytes);
      bytes = larger;
    }
    bytes.set(part.value, size);
    size = next;
  }
  return bytes.subarray(0, size);
}
