// Records of the spool: the events of one agent, as they are in a segment file.

import { crc32 } from "node:zlib";

/** The events of one agent that are published as one message. */
export interface SpoolRecord {
  /** The sequence of its first event; the others follow. */
  readonly sequence: number;
  readonly events: number;
  /** The agent's token. */
  readonly agent: string;
  /** The length of its only event, if that is too long and `payload` is its beginning. */
  readonly oversized?: number;
  /** Lines of NDJSON, each with its newline. */
  readonly payload: Uint8Array;
}

/** The length of the rest, its CRC-32, and the length of the header within. */
const PREFIX_BYTES = 10;
/** No record is longer: a line has 4 MiB at most. */
export const MAX_RECORD_BYTES = 8 << 20;

/** The record as bytes: a prefix, a header as JSON, and the payload. */
export function encodeRecord({ payload, ...header }: SpoolRecord): Buffer {
  const head = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + head.length + payload.length);
  bytes.writeUInt32LE(bytes.length - 8, 0);
  bytes.writeUInt16LE(head.length, 8);
  head.copy(bytes, PREFIX_BYTES);
  bytes.set(payload, PREFIX_BYTES + head.length);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/**
 * The record at the start of `bytes` and its length; `"incomplete"` if it does not end there, `"damaged"` if it is not
 * what was written.
 */
export function decodeRecord(
  bytes: Buffer,
): { readonly record: SpoolRecord; readonly length: number } | "incomplete" | "damaged" {
  if (bytes.length < PREFIX_BYTES) return "incomplete";
  const length = bytes.readUInt32LE(0) + 8;
  if (length < PREFIX_BYTES || length > MAX_RECORD_BYTES) return "damaged";
  if (bytes.length < length) return "incomplete";
  if (crc32(bytes.subarray(8, length)) !== bytes.readUInt32LE(4)) return "damaged";
  const start = PREFIX_BYTES + bytes.readUInt16LE(8);
  // The checksum vouches for what the header is.
  const header = JSON.parse(bytes.toString("utf8", PREFIX_BYTES, start)) as Omit<SpoolRecord, "payload">;
  return { record: { ...header, payload: bytes.subarray(start, length) }, length };
}
