// Reading a file in ranges: each line belongs to exactly one range, wherever they are cut.

import { appendFileSync, closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { FileInput } from "../../../src/daemon/input/file-input.js";
import { linesOf } from "../../../src/daemon/input/file-range.js";
import { scratch } from "../../support/scratch.js";

function open(text: string): number {
  const path = join(scratch(), "lines");
  writeFileSync(path, text);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** The lines of a range, and whether the file ended before the last one did. */
function read(fd: number, start: number, end: number, bufferSize: number): [string, boolean] {
  const pieces = linesOf({ kind: "range", fd, start, end }, new Uint8Array(bufferSize));
  let text = "";
  for (let next = pieces.next(); ; next = pieces.next()) {
    if (next.done === true) return [text, next.value === "unfinished"];
    text += Buffer.from(next.value).toString();
  }
}

it.each(["", "\n", "a", "a\n", "a\nbc\n\n\ndefgh\nij", "\n\nabc", "abcdefghij\n", "a\nb\nc\nd\ne\nf\ng\n"])(
  "returns each line of %j once, however it is cut",
  (text) => {
    const fd = open(text);
    for (let size = 1; size <= text.length + 1; size++) {
      for (let bufferSize = 1; bufferSize <= text.length + 1; bufferSize++) {
        const parts: string[] = [];
        for (let start = 0; start < text.length; start += size) {
          const [part, isLast] = read(fd, start, start + size, bufferSize);
          const begun = text.slice(start, start + size);
          const begins = [...begun].some((_, at) => start + at === 0 || text[start + at - 1] === "\n");
          expect(part !== "").toBe(begins);
          expect(isLast && part !== "" && !part.endsWith("\n")).toBe(part !== "" && !part.endsWith("\n"));
          parts.push(part);
        }
        expect(parts.join("")).toBe(text);
      }
    }
  },
);

it("knows the position of a file, and the ranges after it", () => {
  const fd = open("0123456789");
  const input = new FileInput(fd);
  expect(input.position).toBe(process.platform === "linux" ? 0 : undefined);
  expect(input.size).toBe(10);
  expect([...input.ranges(4)]).toEqual([{ kind: "range", fd, start: 4, end: 10 }]);
  expect([...input.ranges(10)]).toEqual([]);
});

it("skips nothing of a file that grows after the last range", () => {
  const path = join(scratch(), "lines");
  writeFileSync(path, "one\n");
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  const ranges = new FileInput(fd).ranges(0);
  const next = (): string => {
    const { value } = ranges.next();
    return value ? read(fd, value.start, value.end, 65_536)[0] : "";
  };
  expect(next()).toBe("one\n");
  const grown = `two\n${"x".repeat(2 * 1024 * 1024)}\n`;
  appendFileSync(path, grown);
  expect(next() + next() + next() + next()).toBe(grown);
});
