// Reading chunks and writing lines: ends, faults, back-pressure.
import { Buffer } from "node:buffer";
import { PassThrough, Readable, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Output } from "../../src/daemon/audit/batched-writer.js";
import { chunks } from "../../src/daemon/input/stream-chunks.js";

const never = new AbortController().signal;

async function collect(input: Readable, signal = never): Promise<string> {
  const parts: string[] = [];
  for await (const chunk of chunks(input, signal)) parts.push(Buffer.from(chunk).toString());
  return parts.join("");
}

describe("chunks", () => {
  it("yields all until the end", async () => {
    const input = new PassThrough();
    const text = collect(input);
    input.write("a");
    await setImmediate();
    input.write("b");
    input.end("c");
    expect(await text).toBe("abc");
  });

  it("ends at once on a stream that is empty", async () => {
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
    for await (const chunk of chunks(input, stop.signal)) {
      parts.push(Buffer.from(chunk).toString());
      if (parts.length > 1) continue;
      input.write("b");
      stop.abort();
    }
    expect(parts).toEqual(["a", "b"]);
  });
});

/** A stream that holds each write back until it is let go. */
class Slow extends Writable {
  readonly texts: string[] = [];
  #done: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.texts.push(chunk.toString());
    this.#done = done;
  }

  letGo(): void {
    this.#done?.();
  }
}

const bytes = (text: string) => Buffer.from(text);

describe("Output", () => {
  it("writes at once what is large, and the rest within 50 ms, though nothing says that no more will come", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const texts: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        texts.push(String(chunk));
        done();
      },
    });
    const output = new Output(stream);
    output.add(bytes("a\n"));
    expect(texts).toEqual([]);
    output.add(bytes("b\n"));
    vi.advanceTimersByTime(50);
    expect(texts).toEqual(["a\nb\n"]);
    output.add(bytes("c\n"));
    output.add(bytes(`${"x".repeat(70_000)}\n`));
    expect(texts[1]).toHaveLength(70_003);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says so before it writes", async () => {
    const told: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        told.push(String(chunk));
        done();
      },
    });
    const output = new Output(stream, () => told.push("before"));
    output.add(bytes("a\n"));
    await output.flush();
    await output.flush();
    expect(told).toEqual(["before", "a\n"]);
  });

  it("waits for a slow reader", async () => {
    const stream = new Slow();
    const output = new Output(stream);
    output.add(bytes("a\n"));
    let settled = false;
    const settling = output.flush().then(() => {
      settled = true;
    });
    await setImmediate();
    expect([settled, stream.texts]).toEqual([false, ["a\n"]]);
    stream.letGo();
    await settling;
    expect(stream.listenerCount("drain")).toBe(0);
  });

  it("keeps the error of a reader that has gone, and does not wait for it", async () => {
    const stream = new Slow();
    const output = new Output(stream);
    output.add(bytes("a\n"));
    const settling = output.flush();
    stream.destroy(new Error("EPIPE"));
    await settling;
    expect(output.error?.message).toBe("EPIPE");
    output.add(bytes("b\n"));
    await output.flush();
    expect(stream.texts).toEqual(["a\n"]);
  });
});
