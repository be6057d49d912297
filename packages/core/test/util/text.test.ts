// UTF-8 lengths of texts, compared with the platform's encoder.

import { expect, it } from "vitest";
import { truncateUtf8 } from "../../src/host.js";
import { utf8Length } from "../../src/util/text.js";

const TEXTS = [
  "",
  "abc",
  "größe",
  "日本語",
  "a😀b",
  "\ud800",
  "\udc00\ud800",
  "x\ud83dy",
  "\ud83d\ud83d\ude00",
  "é\udfff",
];

it.each(TEXTS)("counts the bytes of %j", (text) => {
  expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
});

it.each(TEXTS)("cuts %j at every length, after a whole character", (text) => {
  for (let max = 0; max < 14; max++) {
    const cut = truncateUtf8(text, max);
    expect(text.startsWith(cut)).toBe(true);
    expect(utf8Length(cut)).toBeLessThanOrEqual(max);
    const next = [...text.slice(cut.length)][0];
    if (next !== undefined) expect(utf8Length(cut + next)).toBeGreaterThan(max);
  }
});
