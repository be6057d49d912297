// Collecting chunks into blocks of whole lines.

import { expect, it } from "vitest";
import { LineBlocks } from "../../../../src/daemon/judging/pool/line-blocks.js";

it("takes whole lines, and of a line that is too long only enough to show that", () => {
  const blocks = new LineBlocks();
  const long = Buffer.alloc(900_000, "x");
  const out: string[] = [];
  for (const chunk of [...Array.from({ length: 5 }, () => long), Buffer.from("x\nab"), Buffer.from("c\nd")]) {
    for (let at = 0; at < chunk.length; ) at += blocks.add(chunk.subarray(at));
    if (blocks.wholeLength === 0) continue;
    const { buffer, length, copy } = blocks.take();
    const text = Buffer.from(buffer.subarray(0, length)).toString();
    expect(Buffer.from(copy.subarray(0, length)).toString()).toBe(text);
    out.push(text);
  }
  expect(out).toEqual([`${"x".repeat(4 * 1024 * 1024 + 1)}\n`, "abc\n"]);
  expect(blocks.unfinished).toBe(true);
});

it("has room for the longest line behind others, and takes back only buffers of the usual size", () => {
  const blocks = new LineBlocks();
  const short = Buffer.alloc(700_000, "a\n");
  const long = Buffer.alloc(4 * 1024 * 1024, "x");
  const taken: number[] = [];
  for (const chunk of [short, long, Buffer.from("\n")]) {
    for (let at = 0; at < chunk.length; ) {
      at += blocks.add(chunk.subarray(at));
      if (!blocks.full) continue;
      const block = blocks.take();
      taken.push(block.length);
      blocks.recycle(block, undefined);
      expect(blocks.takenBytes).toBe(0);
    }
  }
  const last = blocks.take();
  expect([...taken, last.length]).toEqual([short.length, long.length + 1]);
  expect(Buffer.from(last.copy.subarray(0, last.length)).equals(Buffer.concat([long, Buffer.from("\n")]))).toBe(true);
  expect(blocks.takenBytes).toBeLessThan(11 * 1024 * 1024);
});
