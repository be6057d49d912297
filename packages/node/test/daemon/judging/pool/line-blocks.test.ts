// Collecting chunks into blocks of whole lines.

import { expect, it } from "vitest";
import { LineBlocks } from "../../../../src/daemon/judging/pool/line-blocks.js";

it("takes whole lines, and of a line that is too long only enough to show that", () => {
  const blocks = new LineBlocks();
  const long = Buffer.alloc(900_000, "x");
  const out: string[] = [];
  for (const chunk of [long, long, Buffer.from("x\nab"), Buffer.from("c\nd")]) {
    for (let at = 0; at < chunk.length; ) at += blocks.add(chunk.subarray(at));
    if (blocks.wholeLength === 0) continue;
    const { buffer, length, copy } = blocks.take();
    const text = Buffer.from(buffer.subarray(0, length)).toString();
    expect(Buffer.from(copy.subarray(0, length)).toString()).toBe(text);
    out.push(text);
  }
  expect(out).toEqual([`${"x".repeat(256 * 1024 + 1)}\n`, "abc\n"]);
  expect(blocks.unfinished).toBe(true);
});
