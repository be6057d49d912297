// Small pieces of text.

import { number } from "../number.js";

/** `1 error`, `2 errors`. */
export function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}
