// The progress line of a run: events, events per second, blocked events.

import { formatNumber } from "../../util/format.js";
import type { Log } from "../log.js";

const PERIOD_MS = 250;

export interface Counts {
  readonly events: number;
  readonly blocked: number;
}

/** Shows progress on a terminal, until the returned function is called. */
export function showProgress(log: Log, counts: () => Counts): () => void {
  if (!log.isTerminal) return () => {};
  let last = { at: performance.now(), events: 0 };
  const timer = setInterval(() => {
    const at = performance.now();
    const { events, blocked } = counts();
    const rate = Math.round(((events - last.events) * 1000) / Math.max(at - last.at, 1));
    last = { at, events };
    log.progress(`${formatNumber(events)} events  ${formatNumber(rate)}/s  ${formatNumber(blocked)} blocked`);
  }, PERIOD_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    log.clear();
  };
}
