// Finds the end of a string of JSON that is written exactly as the proxy would write it.

import type { Buffer } from "node:buffer";

/** What a byte of a string can be. Each takes a bit, so that several bytes are tested at once. */
const [ORDINARY, QUOTE, BACKSLASH, LEAD, UNSAFE] = [0, 1, 2, 4, 8];

const KINDS = new Uint8Array(256).fill(UNSAFE, 0, 0x20);
KINDS[0x22] = QUOTE;
KINDS[0x5c] = BACKSLASH;
KINDS[0x7f] = UNSAFE;
/** The first bytes of the characters that are escaped for terminals, and of others. */
for (const byte of [0xc2, 0xd8, 0xe2]) KINDS[byte] = LEAD;

/** By the letter of an escape: the length of those that `JSON.stringify` writes, besides other controls. */
const ESCAPES = new Uint8Array(256);
for (const letter of '"\\bfnrt') ESCAPES[letter.charCodeAt(0)] = 2;
const CONTROL = /^u00(?:0[0-7bef]|1[0-9a-f])$/;

/**
 * The place of the quote that closes the string which begins at `start`, in UTF-8; `undefined` if the
 * string does not end, is not JSON, or is not as `JSON.stringify` writes it: with another escape, or
 * with a character that `safeJson` escapes.
 */
export function plainStringEnd(text: Buffer, start: number): number | undefined {
  const lastFour = text.length - 4;
  let at = start;
  for (;;) {
    // Not in a function of its own: this loop looks at each byte.
    while (
      at <= lastFour &&
      ((KINDS[text[at] ?? 0] ?? 0) |
        (KINDS[text[at + 1] ?? 0] ?? 0) |
        (KINDS[text[at + 2] ?? 0] ?? 0) |
        (KINDS[text[at + 3] ?? 0] ?? 0)) ===
        ORDINARY
    ) {
      at += 4;
    }
    const kind = KINDS[text[at] ?? 0];
    if (kind === ORDINARY) at += 1;
    else if (kind === QUOTE) return at;
    else if (kind === BACKSLASH) {
      const length = ESCAPES[text[at + 1] ?? 0] || controlLength(text, at);
      if (length === 0) return undefined;
      at += length;
    } else if (kind === LEAD && !isEscapedByProxy(text, at)) at += 1;
    else return undefined;
  }
}

/** The length of the escape of a control that has no letter of its own; 0 for another escape. */
function controlLength(text: Buffer, at: number): number {
  return CONTROL.test(text.toString("latin1", at + 1, at + 6)) ? 6 : 0;
}

/** Whether a control of U+0080 to U+009F, a control of text direction or a line separator begins here. */
function isEscapedByProxy(text: Buffer, at: number): boolean {
  const [first, second = 0, third = 0] = [text[at], text[at + 1], text[at + 2]];
  if (first === 0xc2) return second < 0xa0;
  if (first === 0xd8) return second === 0x9c;
  if (second === 0x80) return third === 0x8e || third === 0x8f || (third >= 0xa8 && third <= 0xae);
  return second === 0x81 && third >= 0xa6 && third <= 0xa9;
}
