// `fetch` for an endpoint that is not trusted: a bounded body, no redirects, no header but those that it needs.

import { LlmFailure } from "./failure.js";

/** The largest reply, in bytes, after any decompression. */
export const MAX_REPLY_BYTES = 1024 * 1024;

/** Visible ASCII, which is what a bearer key is made of, and what every runtime takes in a header. */
const KEY = /^[\x21-\x7e]+$/;

/**
 * A `fetch` that sends the bearer key, if there is one, and reads the whole body while the request's signal is heard: once
 * it has resolved, there is nothing left to wait for. An answer of another status than 200 comes without body and headers.
 * Throws a `TypeError` for a key that no header can carry.
 */
export function boundedFetch(key: string | null): (url: string, init: RequestInit) => Promise<Response> {
  const bearer = key?.trim() ?? "";
  if (bearer !== "" && !KEY.test(bearer))
    throw new TypeError("the key of an endpoint must be of visible ASCII characters");
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
    ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }),
  };
  return async (url, init) => {
    // "manual", since workers know no "error".
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    if (response.status === 200) {
      const type = response.headers.get("content-type");
      return new Response(await bytesOf(response), { status: 200, ...(type && { headers: { "content-type": type } }) });
    }
    response.body?.cancel().catch(() => {});
    // Browsers show nothing of a redirect, not even its status.
    if (response.status === 0) throw new LlmFailure("it redirects");
    return new Response(null, { status: response.status });
  };
}

async function bytesOf({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    size += part.value.length;
    if (size > MAX_REPLY_BYTES) {
      reader?.cancel().catch(() => {});
      throw new LlmFailure("its reply is larger than 1 MiB");
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
