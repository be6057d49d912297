// The way of an L1 escalation: L2, then L3, then the fail mode.

import type { Decision } from "../decision.js";
import { type InferRisk, readAnswer, tierFailed } from "./answer.js";
import { failMode } from "./fail-mode.js";
import type { Judge, JudgedEvent, Tiers } from "./judge.js";

export interface Pipeline {
  readonly tiers: Tiers;
  readonly failClosed: boolean;
  readonly inferRisk: InferRisk;
}

/**
 * The final decision after `l1`. Allow and block are final; without an event, no tier is asked.
 * Rejects with the signal's reason once that aborts.
 */
export async function settle(
  l1: Decision,
  event: JudgedEvent | null,
  { tiers, failClosed, inferRisk }: Pipeline,
  signal: AbortSignal,
): Promise<Decision> {
  let decision = l1;
  for (const judge of [tiers.l2, tiers.l3]) {
    if (decision.verdict !== "escalate") break;
    if (judge !== undefined && event !== null) decision = await ask(judge, event, inferRisk, signal);
  }
  return decision.verdict === "escalate" ? failMode(decision, failClosed) : decision;
}

async function ask(judge: Judge, event: JudgedEvent, inferRisk: InferRisk, signal: AbortSignal): Promise<Decision> {
  const { tier } = judge;
  signal.throwIfAborted();
  try {
    const answer: unknown = await orAborted(judge.judge(event, { signal }), signal);
    return (
      readAnswer(answer, tier, event, inferRisk) ?? tierFailed("its answer is no decision", tier, event, inferRisk)
    );
  } catch (error) {
    signal.throwIfAborted();
    return tierFailed(wordsOf(error), tier, event, inferRisk);
  }
}

/** What was thrown, which may be anything, even what has no text. */
function wordsOf(error: unknown): string {
  try {
    return `${error instanceof Error ? error.message : error}`;
  } catch {
    return "it threw what cannot be shown";
  }
}

/** Rejects as soon as `signal` aborts, also if the work does not heed it. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
