// Reading a file in stretches: each line in exactly one of them, wherever they are cut.

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

/** What a stretch yields, and whether the file ended inside of it. */
function read(fd: number, start: number, end: number, room: number): [string, boolean] {
  const pieces = linesOf({ fd, start, end }, new Uint8Array(room));
  let text = "";
  for (let next = pieces.next(); ; next = pieces.next()) {
    if (next.done === true) return [text, next.value];
    text += Buffer.from(next.value).toString();
  }
}

it.each(["", "\n", "a", "a\n", "a\nbc\n\n\ndefgh\nij", "\n\nabc", "abcdefghij\n", "a\nb\nc\nd\ne\nf\ng\n"])(
  "gives each line of %j once, however it is cut",
  (text) => {
    const fd = open(text);
    for (let size = 1; size <= text.length + 1; size++) {
      for (let room = 1; room <= text.length + 1; room++) {
        const parts: string[] = [];
        for (let start = 0; start < text.length; start += size) {
          const [part, isLast] = read(fd, start, start + size, room);
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

it("knows how far a file has been read, and how it goes on", () => {
  const fd = open("0123456789");
  const input = new FileInput(fd);
  expect(input.position).toBe(process.platform === "linux" ? 0 : undefined);
  expect(input.size).toBe(10);
  expect([...input.stretches(4)]).toEqual([{ fd, start: 4, end: 10 }]);
  expect([...input.stretches(10)]).toEqual([]);
});

it("leaves out nothing of a file that grows behind what has been read", () => {
  const path = join(scratch(), "lines");
  writeFileSync(path, "one\n");
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  const stretches = new FileInput(fd).stretches(0);
  const next = (): string => {
    const { value } = stretches.next();
    return value ? read(fd, value.start, value.end, 65_536)[0] : "";
  };
  expect(next()).toBe("one\n");
  const grown = `two\n${"x".repeat(2 * 1024 * 1024)}\n`;
  appendFileSync(path, grown);
  expect(next() + next() + next() + next()).toBe(grown);
});
