// What a frame says, with or without its large strings.

import { isObject, type JsonObject } from "../hosts/json-object.js";
import { type Frame, type FrameLine, lineOf, readFrame } from "./frame.js";
import { type LargeStrings, withoutLargeStrings } from "./large-strings.js";

/** A frame. If `strings` were taken out of it, it has marks in their place. */
export interface Content {
  readonly message: JsonObject;
  readonly strings?: LargeStrings | undefined;
}

export type FrameContent = Frame & Content;

/**
 * The frame in a line: without its large strings if nobody has to read them, which `isOpaque` says of
 * the rest of the frame. Throws as {@link readFrame}.
 */
export function readContent(
  line: Uint8Array,
  isOpaque: (frame: Frame, strings: LargeStrings) => boolean,
): FrameContent {
  const outline = withoutLargeStrings(line);
  if (outline === undefined) return readFrame(line);
  const { json, strings } = outline;
  const frame = readFrame(json);
  return isOpaque(frame, strings) ? { ...frame, strings } : readFrame(line);
}

/** The line of a frame. */
export function lineIn({ message, strings }: Content): FrameLine {
  const line = lineOf(message);
  return strings === undefined ? line : strings.spliced(line);
}

/** A frame with its large strings. */
export function wholeOf({ message, strings }: Content): JsonObject {
  if (strings === undefined) return message;
  const whole = strings.spliced(JSON.stringify(message)).toJSON();
  if (!isObject(whole)) throw new Error("the frame is no object");
  return whole;
}
