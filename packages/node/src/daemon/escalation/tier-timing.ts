// Measures how long the slow tiers take, and notes their failures.

import type { Judge, Tier, Tiers } from "@a3s-sentry/core";

export interface TierTiming {
  readonly tier: Tier;
  readonly seconds: number;
  /** Why the tier did not judge the event: it was not reached, or its answer was invalid. */
  readonly failure: string | undefined;
}

/** Wraps tiers: `report` receives the timing of each judgement that was not aborted. */
export function withTiming({ l2, l3 }: Tiers, report: (timing: TierTiming) => void): Tiers {
  return {
    ...(l2 === undefined ? {} : { l2: timedJudge(l2, report) }),
    ...(l3 === undefined ? {} : { l3: timedJudge(l3, report) }),
  };
}

function timedJudge(judge: Judge, report: (timing: TierTiming) => void): Judge {
  const { tier } = judge;
  return {
    tier,
    warnings: judge.warnings ?? [],
    async judge(event, options) {
      const began = performance.now();
      const end = (failure: string | undefined): void => {
        if (!options.signal.aborted) report({ tier, seconds: (performance.now() - began) / 1000, failure });
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

/** The start of the reason that a tier gives when it cannot judge. */
const UNAVAILABLE = /^L[23] unavailable\b/;
