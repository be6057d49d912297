// The UTF-8 length of JavaScript strings, and cutting a string at a UTF-8 length.

/** The most UTF-8 bytes of one UTF-16 unit. */
export const MAX_BYTES_PER_UNIT = 3;

/** The number of bytes of `text` as UTF-8. A lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      bytes += 1;
      continue;
    }
    bytes += 2;
    if (isPair(unit, text.charCodeAt(i + 1))) i++;
  }
  return bytes;
}

/**
 * The longest start of `text` that has at most `maxBytes` bytes of UTF-8 and ends after a whole
 * character.
 *
 * @example
 * truncateUtf8("größe", 4); // "grö"
 */
export function truncateUtf8(text: string, maxBytes: number): string {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return text;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const pair = isPair(unit, text.charCodeAt(i + 1));
    bytes += pair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    if (bytes > maxBytes) return text.slice(0, i);
    if (pair) i++;
  }
  return text;
}

/** Whether two units are one character. `next` is NaN after the end of a text. */
function isPair(unit: number, next: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
}
