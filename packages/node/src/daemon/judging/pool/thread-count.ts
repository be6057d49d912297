// How many worker threads help to judge.

import { availableParallelism } from "node:os";

/** The main thread reads and writes for all workers, and cannot keep more of them busy. */
export const MAX_THREADS = 8;

/** One thread per core beside that of the main thread, which judges too. */
export function threadCount(): number {
  return Math.min(availableParallelism() - 1, MAX_THREADS);
}
