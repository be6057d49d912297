// Formats numbers for people.

/**
 * Formats a whole number with a comma before each group of three digits: `1,234,567`.
 * `toLocaleString` does the same, but loads 20 ms of tables first.
 */
export function formatNumber(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Formats a number of things: `1 error`, `2 errors`. */
export function formatCount(value: number, noun: string): string {
  return `${formatNumber(value)} ${noun}${value === 1 ? "" : "s"}`;
}
