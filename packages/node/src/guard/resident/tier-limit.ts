// Limits how many judgements of the slow tiers run at a time.

import type { Judge, Tiers } from "@a3s-sentry/core";
import { Turns } from "./turns.js";

/** More than there can be callers, each of which has one call at a time with some layers. */
const MAX_WAITING = 4096;

/** Makes the judgements of tiers take turns. One that is aborted gives up its place. */
export function tierLimit(most: number): (tiers: Tiers) => Tiers {
  const turns = new Turns(most, MAX_WAITING);
  const limited = (judge: Judge): Judge => ({
    ...judge,
    judge: (event, options) => turns.take(() => judge.judge(event, options), options.signal),
  });
  return ({ l2, l3 }) => ({
    ...(l2 !== undefined && { l2: limited(l2) }),
    ...(l3 !== undefined && { l3: limited(l3) }),
  });
}
