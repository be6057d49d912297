// What the slow tiers take, and how often they fail, told as they judge.

import type { Judge, Tier, Tiers } from "@a3s-sentry/core";

export interface TierTime {
  readonly tier: Tier;
  readonly seconds: number;
  /** Why it gave no judgment of the event, where it gave none: it could not be reached, or answered junk. */
  readonly failure: string | undefined;
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
      const end = (failure: string | undefined): void => {
        if (!options.signal.aborted) tell({ tier, seconds: (performance.now() - began) / 1000, failure });
      };
      try {
        const decision = await judge.judge(event, options);
        end(UNAVAILABLE.test(decision.reason) ? decision.reason : undefined);
        return decision;
      } catch (error) {
        const name = tier === "Llm" ? "L2" : "L3";
        end(`${name} unavailable: ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      }
    },
  };
}

/** How a tier words that it could not judge. */
const UNAVAILABLE = /^L[23] unavailable\b/;
