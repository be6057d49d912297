// What the slow tiers take, and how often they fail, told as they judge.

import type { Judge, Tier, Tiers } from "@a3s-sentry/core";

export interface TierTime {
  readonly tier: Tier;
  readonly seconds: number;
  /** Whether it gave no judgment of the event: it could not be reached, or answered junk. */
  readonly failed: boolean;
}

/** The same tiers, which tell of each judgment that has ended of itself. */
export function timed({ l2, l3 }: Tiers, tell: (time: TierTime) => void): Tiers {
  return {
    ...(l2 === undefined ? {} : { l2: timedJudge(l2, tell) }),
    ...(l3 === undefined ? {} : { l3: timedJudge(l3, tell) }),
  };
}

function timedJudge(judge: Judge, tell: (time: TierTime) => void): Judge {
  const { tier } = judge;
  return {
    tier,
    async judge(event, options) {
      const began = performance.now();
      const end = (failed: boolean): void => {
        if (!options.signal.aborted) tell({ tier, seconds: (performance.now() - began) / 1000, failed });
      };
      try {
        const decision = await judge.judge(event, options);
        end(UNAVAILABLE.test(decision.reason));
        return decision;
      } catch (error) {
        end(true);
        throw error;
      }
    },
  };
}

/** How a tier words that it could not judge. */
const UNAVAILABLE = /^L[23] unavailable\b/;
