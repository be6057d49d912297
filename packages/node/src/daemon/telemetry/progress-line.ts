// The progress line: events, events per second, and a count such as that of blocked events.

import { formatNumber } from "../../util/format.js";
import type { Log } from "../log.js";

const PERIOD_MS = 250;

export interface Counts {
  readonly events: number;
  /** How many of them are blocked, or whatever the line names. */
  readonly count: number;
}

/** Shows progress on a terminal, until the returned function is called. */
export function showProgress(log: Log, counts: () => Counts, what = "blocked"): () => void {
  if (!log.isTerminal) return () => {};
  let last = { at: performance.now(), events: 0 };
  const timer = setInterval(() => {
    const at = performance.now();
    const { events, count } = counts();
    const rate = Math.round(((events - last.events) * 1000) / Math.max(at - last.at, 1));
    last = { at, events };
    log.progress(`${formatNumber(events)} events  ${formatNumber(rate)}/s  ${formatNumber(count)} ${what}`);
  }, PERIOD_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    log.clear();
  };
}
