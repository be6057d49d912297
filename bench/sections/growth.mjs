// The working session through whole processes, with more and more rules.

import { session } from "../loads/session.mjs";
import { measure, ratio } from "../measure.mjs";
import { mustAgree } from "../processes/agree.mjs";
import { costOfOne } from "../processes/timed.mjs";
import { NATIVE, OURS, PLAIN } from "../rows.mjs";

/** @typedef {import("../processes/policies.mjs").Policy} Policy */
/** @typedef {import("../processes/folder.mjs").Folder} Folder */
/** How often each way judges the session, by the number of rules: as often as takes it a second or more.
 * @type {Record<string, (rules: number) => number>} */
const TIMES = {
  // So many sessions are two million events.
  [OURS]: (rules) => (rules === 14 ? 9_570 : 4_000),
  [NATIVE]: (rules) => (rules === 14 ? 9_570 : Math.ceil(50_000 / rules) + 2),
  [PLAIN]: (rules) => (rules === 14 ? 1_000 : Math.ceil(30_000 / rules) + 2),
};

/**
 * @param {readonly Policy[]} policies by rising number of rules @param {Folder} folder
 * @param {import("../measure.mjs").Effort & { share: number }} effort `share` of the usual load
 * @param {number} events in one session
 * @returns {Promise<import("../rows.mjs").Result & { cost: { rules: number, ways: import("../rows.mjs").Row["ways"] }[] }>}
 */
export async function growth(policies, folder, effort, events) {
  const output = folder.path("audit");
  const small = folder.load("session", session, events, 1);
  const ways = policies.map((policy) => {
    mustAgree(policy.commands, small.path, output);
    return Object.entries(policy.commands).map(([name, command]) => {
      const times = Math.max(2, Math.ceil((TIMES[name]?.(policy.count) ?? 0) * effort.share));
      const large = folder.load("session", session, events, times);
      return /** @type {const} */ ([`${policy.count} ${name}`, costOfOne(command, { small, large, output })]);
    });
  });
  const samples = await measure(Object.fromEntries(ways.flat()), effort);
  const cost = policies.map((policy) => ({
    rules: policy.count,
    ways: Object.fromEntries(
      Object.keys(policy.commands).map((name) => [name, samples[`${policy.count} ${name}`] ?? []]),
    ),
  }));
  const rows = cost.map(({ rules, ways }) => ({
    what: `\`run\`, working session, ${rules} rules`,
    unit: "event",
    ways,
  }));
  return { rows, cost, figures: figures(cost) };
}

/** @param {{ rules: number, ways: import("../rows.mjs").Row["ways"] }[]} cost @returns {import("../rows.mjs").Figure[]} */
function figures(cost) {
  const [least, most] = [cost[0], cost.at(-1)];
  const [few, many] = [least?.ways[OURS], most?.ways[OURS]];
  if (few === undefined || many === undefined) return [];
  const against = [
    {
      native: least?.ways[NATIVE],
      ours: few,
      goal: { least: 2 },
      what: `\`run\` against native Rust, ${least?.rules} rules`,
    },
    {
      native: most?.ways[NATIVE],
      ours: many,
      goal: { least: 300 },
      what: `\`run\` against native Rust, ${most?.rules} rules`,
    },
  ];
  return [
    ...against.flatMap(({ native, ours, goal, what }) =>
      native === undefined ? [] : [{ what, goal, unit: "times", measured: ratio(native, ours) }],
    ),
    {
      what: `cost of an event, ${most?.rules} rules against ${least?.rules}`,
      goal: { most: 2 },
      unit: "times",
      measured: ratio(many, few),
    },
  ];
}
