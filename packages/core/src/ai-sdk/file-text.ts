// The text of a file in a prompt: as it is, as bytes, or in base64.

import { bytesOfBase64 } from "../util/base64.js";
import type { Members, Replace } from "./prompt-texts.js";

/** The types of files that are texts. Of others, such as images, nothing is read. */
const TEXT =
  /^(?:text(?:\/|$)|application\/(?:[\w.-]+\+)?(?:json|xml|yaml|x-yaml|toml|javascript|x-javascript|typescript|sql|x-sh|x-ndjson|jsonl|x-www-form-urlencoded)(?:;|$))/i;

/** The data of a file with its text replaced, in the same form. Addresses of files stay. */
export function fileText(data: unknown, mediaType: unknown, replace: Replace): unknown {
  if (isTagged(data)) {
    // The AI SDK 7 says which form it is.
    if (data.type === "text") return { ...data, text: replace(data.text) };
    return data.type === "data" ? { ...data, data: fileText(data.data, mediaType, replace) } : data;
  }
  if (typeof mediaType !== "string" || !TEXT.test(mediaType)) return data;
  if (data instanceof Uint8Array) return replaced(data, data, replace, (text) => new TextEncoder().encode(text));
  if (typeof data !== "string") return data;
  return replaced(data, bytesOfBase64(padded(data)), replace, (text) => base64(new TextEncoder().encode(text)));
}

/** Bytes that are not UTF-8 stay if nothing is masked: they count as text, so that they hide nothing. */
function replaced(data: unknown, bytes: Uint8Array, replace: Replace, encode: (text: string) => unknown): unknown {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const masked = replace(text);
  return typeof masked === "string" && masked !== text ? encode(masked) : data;
}

function isTagged(data: unknown): data is Members {
  return typeof data === "object" && data !== null && !(data instanceof Uint8Array) && !(data instanceof URL);
}

/** As {@link bytesOfBase64} wants it: some encoders leave the padding out, use `-` and `_`, or break lines. */
function padded(text: string): string {
  const plain = text.replace(/[\s=]/g, "").replaceAll("-", "+").replaceAll("_", "/");
  return plain + "=".repeat((4 - (plain.length % 4)) % 4);
}

const CHUNK = 8192;

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}
