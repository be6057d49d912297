// What an event can be given as, and its way to text or bytes.

import type { EventJson } from "./builders.js";

/** One event: JSON text, UTF-8 bytes of it, or an object that `JSON.stringify` turns into it. */
export type EventInput = EventJson | string | Uint8Array | object;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Text or bytes; what JSON cannot hold becomes the empty text, which is not an event. */
export function eventBytes(event: EventInput): string | Uint8Array {
  if (typeof event === "string" || isBytes(event)) return event;
  try {
    return JSON.stringify(event) ?? "";
  } catch {
    return "";
  }
}

/** Throws a `TypeError` for what is no bytes: of a text each character would be taken for a number, of an `ArrayBuffer` nothing. */
export function needBytes(name: string, value: unknown): void {
  if (!isBytes(value)) throw new TypeError(`\`${name}\` must be a Uint8Array; a text is to be encoded first`);
}

/** Bytes of another realm (an iframe, a test runner's sandbox) are bytes too. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** The text of an event; bytes that are not UTF-8 become U+FFFD. Copies, since shared memory cannot be decoded everywhere. */
export function eventText(event: string | Uint8Array): string {
  return typeof event === "string" ? event : utf8Text(new Uint8Array(event));
}

export function utf8Text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
