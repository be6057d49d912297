// A guard's check of a call that stands for no other event, compared with `classify` of the same call.

import { toolCall } from "a3s-sentry";
import { measure, ratio, repeated } from "../measure.mjs";
import { OURS } from "../rows.mjs";

const CALLS = 200;
const CWD = "/home/dev/app";
const CLASSIFY = "`classify`";

/** Calls as an MCP server gets them, of 100 to 300 bytes. */
const calls = Array.from({ length: CALLS }, (_, at) => ({
  tool: `mcp__github__tool_${at % 7}`,
  args: {
    repo: "acme/app",
    title: `a bug ${at}`,
    body: "It does not work when I press the button. ".repeat(at % 5),
    labels: ["bug", "ui"],
  },
}));

/** @param {import("a3s-sentry").Sentry} sentry @param {import("../measure.mjs").Effort & { atLeastMs: number }} effort @returns {Promise<import("../rows.mjs").Result>} */
export async function guardCalls(sentry, effort) {
  const who = { agent: "coder", session: "s1" };
  const guard = sentry.guard({ ...who, cwd: CWD });
  const allows = calls.map(() => "allow");
  const checked = async () => {
    const outcomes = [];
    for (const call of calls) outcomes.push((await guard.check(call)).outcome);
    return outcomes;
  };
  const classified = () =>
    calls.map(({ tool, args }) => sentry.classify(toolCall(tool, args, { ...who, cwd: CWD })).verdict);
  if (`${await checked()}` !== `${allows}` || `${classified()}` !== `${allows}`) {
    throw new Error("the calls of the benchmark must be allowed");
  }
  const ways = await measure(
    {
      [OURS]: repeated(checked, CALLS, effort.atLeastMs),
      [CLASSIFY]: repeated(classified, CALLS, effort.atLeastMs),
    },
    effort,
  );
  return {
    rows: [{ what: "`guard.check`, calls of MCP tools", unit: "call", ways }],
    figures: [
      {
        what: "`guard.check` against `classify(toolCall(…))`",
        goal: { most: 1.3 },
        unit: "times",
        measured: ratio(ways[OURS] ?? [], ways[CLASSIFY] ?? []),
      },
    ],
  };
}
