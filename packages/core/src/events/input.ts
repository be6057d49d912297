// Conversion of a caller's event to text or bytes for the rule engine.

import type { EventInput } from "./event.js";
import { JsonText } from "./json-text.js";

/** An event's JSON as the rule engine takes it. */
export type EncodedEvent = string | Uint8Array | JsonText;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The event's JSON as text or bytes. `undefined` and functions become the empty text, which is not
 * an event. Throws a `TypeError` for an object that has no JSON: it may be an event, so it must not
 * pass as none.
 */
export function encodeEvent(event: EventInput | JsonText): EncodedEvent {
  if (typeof event === "string" || JsonText.is(event)) return event;
  if (isBytes(event)) return ownBytes(event);
  try {
    return JSON.stringify(event) ?? "";
  } catch (cause) {
    const why = "it contains a bigint, a cycle, a getter that throws, or too many levels";
    throw new TypeError(`the event cannot be written as JSON: ${why}`, { cause });
  }
}

/**
 * Throws a `TypeError` unless `value` is a `Uint8Array`. Without the check, a text would be read as
 * one byte per character and an `ArrayBuffer` as empty.
 */
export function requireBytes(name: string, value: unknown): void {
  if (!isBytes(value)) throw new TypeError(`\`${name}\` must be a Uint8Array: encode text first`);
}

/**
 * Bytes that no other thread can change: a copy if they are shared memory. The bytes that the rules
 * judge must be those that the tiers and the audit see. Throws a `TypeError` if their buffer was
 * transferred: they may have been an event.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  const { buffer, length } = bytes;
  if (length === 0) requireMemory(bytes);
  const isShared =
    !(buffer instanceof ArrayBuffer) && Object.prototype.toString.call(buffer) === "[object SharedArrayBuffer]";
  return isShared ? new Uint8Array(bytes) : bytes;
}

/** Throws a `TypeError` for bytes whose buffer was transferred or is too short now: they read as empty. */
function requireMemory(bytes: Uint8Array): void {
  try {
    new Uint8Array(bytes);
  } catch (cause) {
    throw new TypeError("the bytes are gone: their buffer was transferred or has shrunk", { cause });
  }
}

/** The getter of `Symbol.toStringTag` that typed arrays of all realms have. An object cannot forge it. */
const typeOfArray = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

/** Accepts a `Uint8Array` of another realm too, such as an iframe's or a test runner's. */
function isBytes(value: unknown): value is Uint8Array {
  return typeOfArray?.call(value) === "Uint8Array";
}

/** The text of an event; invalid UTF-8 becomes U+FFFD. Bytes must be {@link ownBytes}. */
export function eventText(event: EncodedEvent): string {
  return typeof event === "string" || JsonText.is(event) ? String(event) : decodeUtf8(event);
}

export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
