// Reads the one JSON object on a hook's stdin. Input that two readers could read differently is
// refused: the host would run another call than the one that was judged.

import { Buffer, isAscii, isUtf8 } from "node:buffer";
import { isObject, type JsonObject } from "./json-object.js";

/** The largest input in bytes: that of an event. */
export const MAX_INPUT_BYTES = 16 * 1024 * 1024;

/** The deepest nesting of objects and lists. */
const MAX_DEPTH = 512;

/** Throws an `Error` that says what is wrong with the input, without a word of it. */
export function readJson(bytes: Uint8Array): JsonObject {
  return readJsonText(decoded(bytes));
}

/** As {@link readJson}, of a text. */
export function readJsonText(json: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    // The engine's message quotes the input.
    throw new Error(json.trim() === "" ? "the input is empty" : "the input is not JSON", { cause: error });
  }
  if (!isObject(value)) throw new Error("the input is not a JSON object");
  refuseAmbiguous(json);
  return value;
}

function decoded(bytes: Uint8Array): string {
  if (bytes.length > MAX_INPUT_BYTES) throw new Error(`the input is larger than ${MAX_INPUT_BYTES} bytes`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Nearly all inputs are ASCII, which needs no decoding.
  if (isAscii(text)) return text.toString("latin1");
  if (!isUtf8(text)) throw new Error("the input is not UTF-8");
  return text.toString("utf8");
}

/** Throws an `Error` if an object of valid JSON has a key twice, or is nested too deeply. */
function refuseAmbiguous(json: string): void {
  /** The keys of each open object; `null` for a list. */
  const open: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') {
      const end = endOfString(json, at);
      if (expectsKey) addKey(open.at(-1), json.slice(at, end + 1));
      expectsKey = false;
      at = end;
    } else if (char === "{" || char === "[") {
      open.push(char === "{" ? new Set() : null);
      if (open.length > MAX_DEPTH) throw new Error(`the input is nested more than ${MAX_DEPTH} levels deep`);
      expectsKey = char === "{";
    } else if (char === "}" || char === "]") {
      open.pop();
      expectsKey = false;
    } else if (char === ",") {
      expectsKey = open.at(-1) instanceof Set;
    }
  }
}

/** The place of the quote that closes the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = json.indexOf('"', start + 1);
  while (at !== -1) {
    let escapes = 0;
    while (json[at - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return at;
    at = json.indexOf('"', at + 1);
  }
  return json.length;
}

function addKey(keys: Set<string> | null | undefined, literal: string): void {
  if (!keys) return;
  const key: unknown = literal.includes("\\") ? JSON.parse(literal) : literal.slice(1, -1);
  if (typeof key !== "string") return;
  if (keys.has(key)) throw new Error("the input has a key twice in one object");
  keys.add(key);
}
