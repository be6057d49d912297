// Small pieces of text.

import { formatNumber } from "../util/format.js";

/** `1 error`, `2 errors`. */
export function count(value: number, noun: string): string {
  return `${formatNumber(value)} ${noun}${value === 1 ? "" : "s"}`;
}
