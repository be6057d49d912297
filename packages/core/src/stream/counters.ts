// Counters of a stream.

import type { Counters } from "../generated/wire.js";

/**
 * What a stream has read so far: `lines`, and of these the `events`, the known events with nothing
 * to judge (`unmodelled`), the lines that are not events (`malformed`), and the lines over 4 MiB,
 * which are escalations (`oversized`). A damaged line that contains events counts as malformed,
 * and they count as events.
 */
export type StreamCounters = Readonly<Counters>;

export const ZERO: StreamCounters = Object.freeze({ lines: 0, events: 0, unmodelled: 0, malformed: 0, oversized: 0 });

export function plus(a: StreamCounters, b: StreamCounters): StreamCounters {
  return combine(a, b, 1);
}

export function minus(a: StreamCounters, b: StreamCounters): StreamCounters {
  return combine(a, b, -1);
}

function combine(a: StreamCounters, b: StreamCounters, sign: number): StreamCounters {
  return {
    lines: a.lines + sign * b.lines,
    events: a.events + sign * b.events,
    unmodelled: a.unmodelled + sign * b.unmodelled,
    malformed: a.malformed + sign * b.malformed,
    oversized: a.oversized + sign * b.oversized,
  };
}
