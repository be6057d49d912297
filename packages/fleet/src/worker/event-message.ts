// Reads the messages of the stream of events.

import type { MsgHdrs } from "@nats-io/transport-node";
import { EVENTS_HEADER, keyOf, OVERSIZED_HEADER, partsOfKey } from "../nats/names.js";
import { type EventBatch, MalformedBatch } from "./policy-judge.js";

/** A message of the stream: from a consumer, or read by its number. */
export interface EventMessage {
  readonly subject: string;
  /** Its number in the stream. */
  readonly seq: number;
  readonly headers?: MsgHdrs | undefined;
  readonly data: Uint8Array;
}

/** A line that is one byte longer than what is judged. */
const OVERSIZED_BYTES = (4 << 20) + 1;
const NEWLINE = 10;
const SPACE = 32;
const MAX_EVENTS = 1 << 20;
/** The header by which the server recognises duplicates. */
const ID_HEADER = "Nats-Msg-Id";

/** The id of a message; empty if it has none. */
export function idOf({ headers }: EventMessage): string {
  return headers?.get(ID_HEADER) ?? "";
}

/** Throws a `MalformedBatch` for a message that `ship` has not sent. */
export function batchOf(
  message: EventMessage,
  labels: { readonly revision: string; readonly worker: string },
): EventBatch {
  const id = idOf(message);
  const key = partsOfKey(id);
  if (key === undefined) throw new MalformedBatch("its id is not the key of an event");
  const events = Number(message.headers?.get(EVENTS_HEADER));
  if (!Number.isInteger(events) || events < 1 || events > MAX_EVENTS) {
    throw new MalformedBatch(`its header \`${EVENTS_HEADER}\` is not a number of events`);
  }
  const end = `"revision":${JSON.stringify(labels.revision)},"worker":${JSON.stringify(labels.worker)}`;
  return {
    lines: message.headers?.has(OVERSIZED_HEADER) ? oversized(message.data) : message.data,
    events,
    labelOf: (index) => `"key":"${keyOf(key.shipper, key.sequence + index)}",${end}`,
  };
}

/** The beginning of an event that was too long to ship, as a line that is too long to judge: it is decided as such. */
function oversized(beginning: Uint8Array): Uint8Array {
  const line = new Uint8Array(OVERSIZED_BYTES + 1).fill(SPACE);
  const end = beginning.at(-1) === NEWLINE ? beginning.length - 1 : beginning.length;
  line.set(beginning.subarray(0, Math.min(end, OVERSIZED_BYTES)));
  line[OVERSIZED_BYTES] = NEWLINE;
  return line;
}
