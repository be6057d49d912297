// How many threads judge.

import { availableParallelism } from "node:os";

/** One thread that reads and writes keeps no more than this busy. */
const MOST = 8;

/** One for each core; 0 where there is one core alone. */
export function threadsThatPay(): number {
  const cores = availableParallelism();
  return cores < 2 ? 0 : Math.min(cores, MOST);
}
