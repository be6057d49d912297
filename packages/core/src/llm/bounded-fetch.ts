// `fetch` for an endpoint that is not trusted: a bounded body, no redirects, no header but those that it needs.

import { LlmFailure } from "./llm-failure.js";

/** The largest reply, in bytes, after any decompression. */
const MAX_REPLY_BYTES = 1024 * 1024;

const FIRST_BYTES = 16 * 1024;

const decoder = new TextDecoder("utf-8", { ignoreBOM: false });

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
      const bytes = await bytesOf(response);
      needJson(bytes);
      return new Response(bytes, { status: 200, ...(type && { headers: { "content-type": type } }) });
    }
    response.body?.cancel().catch(() => {});
    // Browsers show nothing of a redirect, not even its status.
    if (response.status === 0) throw new LlmFailure("it redirects");
    return new Response(null, { status: response.status });
  };
}

/** The client's own error would show the beginning of the text. */
function needJson(bytes: Uint8Array): void {
  try {
    JSON.parse(decoder.decode(bytes));
  } catch {
    throw new LlmFailure("its reply is not JSON");
  }
}

/** One block of memory, however small the pieces are that a body comes in. */
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
      const more = new Uint8Array(Math.max(next, 2 * bytes.length));
      more.set(bytes);
      bytes = more;
    }
    bytes.set(part.value, size);
    size = next;
  }
  return bytes.subarray(0, size);
}
