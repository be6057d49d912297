// Combines the outcomes of several policies.

import type { Allowed, Denied, GuardOutcome } from "@a3s-sentry/core";
import { messageOf } from "@a3s-sentry/core/host";

const GRAVITY: Readonly<Record<GuardOutcome["outcome"], number>> = { allow: 0, ask: 1, deny: 2 };

/** The gravest outcome. The revision is that of all policies; a grant needs the grant of each. */
export function combined(outcomes: readonly GuardOutcome[]): GuardOutcome {
  const [first = failed(new Error("there is no policy")), ...rest] = outcomes;
  const gravest = rest.reduce((worst, one) => (isGraver(one, worst) ? one : worst), first);
  const revision = outcomes.map((one) => one.revision).join("+");
  if (gravest.outcome !== "allow") return { ...gravest, revision };
  return { ...gravest, revision, grant: outcomes.every((one) => one.outcome === "allow" && one.grant) };
}

function isGraver(one: GuardOutcome, other: GuardOutcome): boolean {
  const difference = GRAVITY[one.outcome] - GRAVITY[other.outcome];
  if (difference !== 0 || one.outcome !== "allow" || other.outcome !== "allow") return difference > 0;
  return GRAVITY[one.wouldBe ?? "allow"] > GRAVITY[other.wouldBe ?? "allow"];
}

/** A project may loosen nothing, so whether it grants does not count. */
export function granted(outcome: GuardOutcome): GuardOutcome {
  return outcome.outcome === "allow" ? ({ ...outcome, grant: true } satisfies Allowed) : outcome;
}

/** What passes in a dry run, with what it would have been. */
export function passed(outcome: GuardOutcome): GuardOutcome {
  if (outcome.outcome === "allow") return granted(outcome);
  const { outcome: wouldBe, decision, revision } = outcome;
  return { outcome: "allow", decision, revision, grant: false, wouldBe };
}

/** The denial of a call that a layer could not judge. */
export function failed(error: unknown): Denied {
  // The rest of a policy's error quotes its text.
  const [what = ""] = messageOf(error).split("\n", 1);
  const reason = `the guard failed: ${what}`;
  return {
    outcome: "deny",
    decision: { verdict: "block", tier: "Rules", severity: "high", reason, evidence: "complete" },
    revision: "",
    message: `the call was blocked by the security policy (${reason}). Ask the user to repair it.`,
  };
}
