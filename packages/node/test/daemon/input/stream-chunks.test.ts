// Reading the chunks of a stream: its end, errors and signals.

import { Buffer } from "node:buffer";
import { PassThrough, Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { streamChunks } from "../../../src/daemon/input/stream-chunks.js";

const never = new AbortController().signal;

async function collect(input: Readable, signal = never): Promise<string> {
  const parts: string[] = [];
  for await (const chunk of streamChunks(input, signal)) parts.push(Buffer.from(chunk).toString());
  return parts.join("");
}

it("yields all chunks until the end", async () => {
  const input = new PassThrough();
  const text = collect(input);
  input.write("a");
  await setImmediate();
  input.write("b");
  input.end("c");
  expect(await text).toBe("abc");
});

it("ends at once for an empty stream", async () => {
  expect(await collect(Readable.from([]))).toBe("");
});

it("throws the stream's error", async () => {
  const input = new PassThrough();
  const text = collect(input);
  await setImmediate();
  input.destroy(new Error("disk on fire"));
  await expect(text).rejects.toThrow("disk on fire");
});

it("ends when the stream is destroyed without an error", async () => {
  const input = new PassThrough();
  const text = collect(input);
  await setImmediate();
  input.destroy();
  expect(await text).toBe("");
});

it("ends when the signal aborts, and destroys the stream", async () => {
  const input = new PassThrough();
  const stop = new AbortController();
  const text = collect(input, stop.signal);
  input.write("a");
  await setImmediate();
  stop.abort();
  expect(await text).toBe("a");
  expect(input.destroyed).toBe(true);
});

it("yields what was read before the signal aborted", async () => {
  const input = new PassThrough();
  const stop = new AbortController();
  const parts: string[] = [];
  input.write("a");
  for await (const chunk of streamChunks(input, stop.signal)) {
    parts.push(Buffer.from(chunk).toString());
    if (parts.length > 1) continue;
    input.write("b");
    stop.abort();
  }
  expect(parts).toEqual(["a", "b"]);
});
