// The inline gate: judging and masking bodies, compared with a plain loop over the same patterns.

import { bodies } from "../loads/bodies.mjs";
import { measure, ratio, repeated } from "../measure.mjs";
import { plainGate } from "../plain/gate.mjs";
import { compiledRules, writtenRules } from "../plain/rules.mjs";
import { secretPatterns } from "../plain/secrets.mjs";
import { OURS, PLAIN } from "../rows.mjs";

const BODIES = 1000;

/** @typedef {import("../measure.mjs").Effort & { atLeastMs: number }} Effort */

/** @param {import("a3s-sentry").Sentry} sentry @param {Effort} effort @returns {Promise<import("../rows.mjs").Result>} */
export async function gate(sentry, effort) {
  const all = bodies(BODIES);
  const plain = plainGate(compiledRules(writtenRules(sentry.policy.rules)), secretPatterns());
  for (const body of all) await mustAgree(sentry, plain, body);
  const ways = await measure(
    {
      [OURS]: repeated(
        async () => {
          for (const body of all) (await sentry.inspectWire(body, "request")).apply(body);
        },
        BODIES,
        effort.atLeastMs,
      ),
      [PLAIN]: repeated(() => all.forEach((body) => void plain(body)), BODIES, effort.atLeastMs),
    },
    effort,
  );
  return {
    rows: [{ what: "`inspectWire` and `apply`, bodies of 4 KB", unit: "body", ways }],
    figures: [
      {
        what: "`inspectWire` against a plain loop of the same patterns",
        goal: { least: 2 },
        unit: "times",
        measured: ratio(ways[PLAIN] ?? [], ways[OURS] ?? []),
      },
    ],
  };
}

/**
 * Both masks as many secrets, and come to the same rule.
 * @param {import("a3s-sentry").Sentry} sentry @param {ReturnType<typeof plainGate>} plain @param {string} body
 */
async function mustAgree(sentry, plain, body) {
  const { decision, redactions } = await sentry.inspectWire(body, "request");
  const { rule, masked } = plain(body);
  const count = masked.split("{{A3S_REDACTED:").length - 1;
  if (decision.rule !== rule || redactions.length !== count) {
    throw new Error(`the gates differ: ${decision.rule} and ${redactions.length}, plain ${rule} and ${count}`);
  }
}
