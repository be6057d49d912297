// Prints the progress of a soak, and records the longest queue.

import { megabytes } from "./memory.mjs";

const EVERY_MS = 10_000;

/** @param {import("./process.mjs").SentryProcess} sentry @param {() => number} events that were sent */
export function watchProgress(sentry, events) {
  const since = performance.now();
  const look = async () => {
    const depth = (await sentry.metrics())?.get("sentry_queue_depth") ?? 0;
    progress.queue = Math.max(progress.queue, depth);
    const time = Math.round((performance.now() - since) / 1000);
    const memory = megabytes(sentry.residentBytes ?? Number.NaN);
    process.stderr.write(`· ${time} s: ${events()} events, ${memory}, ${depth} queued, ${sentry.reloads} reloads\n`);
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  const progress = { queue: 0, stop: () => clearInterval(timer) };
  return progress;
}
