// Writing lines: when, in what size, and to slow or closed readers.

import { Buffer } from "node:buffer";
import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { BatchedWriter } from "../../../src/daemon/audit/batched-writer.js";

/** A stream that finishes a write when the test lets it. */
class SlowStream extends Writable {
  readonly texts: string[] = [];
  #done: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.texts.push(chunk.toString());
    this.#done = done;
  }

  finishWrite(): void {
    this.#done?.();
  }
}

const bytes = (text: string) => Buffer.from(text);

it("writes many lines at once, and few lines within 50 ms", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const texts: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      texts.push(String(chunk));
      done();
    },
  });
  const writer = new BatchedWriter(stream);
  writer.add(bytes("a\n"));
  expect(texts).toEqual([]);
  writer.add(bytes("b\n"));
  vi.advanceTimersByTime(50);
  expect(texts).toEqual(["a\nb\n"]);
  writer.add(bytes("c\n"));
  writer.add(bytes(`${"x".repeat(70_000)}\n`));
  expect(texts[1]).toHaveLength(70_003);
  expect(vi.getTimerCount()).toBe(0);
});

it("calls `beforeWrite` before each write", async () => {
  const calls: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      calls.push(String(chunk));
      done();
    },
  });
  const writer = new BatchedWriter(stream, { beforeWrite: () => calls.push("before") });
  writer.add(bytes("a\n"));
  await writer.flush();
  await writer.flush();
  expect(calls).toEqual(["before", "a\n"]);
});

it("waits for a slow reader", async () => {
  const stream = new SlowStream();
  const writer = new BatchedWriter(stream);
  writer.add(bytes("a\n"));
  let settled = false;
  const settling = writer.flush().then(() => {
    settled = true;
  });
  await setImmediate();
  expect([settled, stream.texts]).toEqual([false, ["a\n"]]);
  stream.finishWrite();
  await settling;
  expect(stream.listenerCount("drain")).toBe(0);
});

it("keeps the error of a closed stream, and does not wait for it", async () => {
  const stream = new SlowStream();
  const writer = new BatchedWriter(stream);
  writer.add(bytes("a\n"));
  const settling = writer.flush();
  stream.destroy(new Error("EPIPE"));
  await settling;
  expect(writer.error?.message).toBe("EPIPE");
  writer.add(bytes("b\n"));
  await writer.flush();
  expect(stream.texts).toEqual(["a\n"]);
});
