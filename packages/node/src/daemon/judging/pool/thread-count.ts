// How many threads help to judge.

import { availableParallelism } from "node:os";

/** One thread that reads and writes keeps no more than this busy. */
export const MOST_THREADS = 8;

/** One for each core beside the one of the main thread, which judges too. */
export function threadsThatPay(): number {
  return Math.min(availableParallelism() - 1, MOST_THREADS);
}
