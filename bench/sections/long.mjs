// Long subjects through whole processes, with few and with many rules.

import { measure } from "../measure.mjs";
import { mustAgree } from "../processes/agree.mjs";
import { costOfOne } from "../processes/timed.mjs";
import { NATIVE, OURS, PLAIN } from "../rows.mjs";

/** As many bytes of each load as take a second or so, by way and number of rules.
 * @type {Record<string, (rules: number) => number>} */
const BYTES = {
  [OURS]: () => 60e6,
  [NATIVE]: (rules) => (rules === 14 ? 60e6 : 2e9 / rules),
  [PLAIN]: (rules) => (rules === 14 ? 20e6 : 1e9 / rules),
};

/**
 * @param {import("../processes/policies.mjs").Policy} policy @param {readonly { name: string, lines: string[] }[]} loads
 * @param {import("../processes/folder.mjs").Folder} folder @param {import("../measure.mjs").Effort & { share: number }} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function longSubjects({ count, commands }, loads, folder, effort) {
  const output = folder.path("audit");
  const rows = [];
  for (const { name, lines } of loads) {
    const small = folder.load(name, lines, lines.length, 1);
    mustAgree(commands, small.path, output);
    const bytes = Buffer.byteLength(lines.join("\n"));
    const ways = Object.entries(commands).map(([way, command]) => {
      const times = Math.ceil(((BYTES[way]?.(count) ?? 0) * effort.share) / bytes) + 1;
      return [way, costOfOne(command, { small, large: folder.load(name, lines, lines.length, times), output })];
    });
    rows.push({
      what: `\`run\`, ${name}, ${count} rules`,
      unit: "event",
      ways: await measure(Object.fromEntries(ways), effort),
    });
  }
  return { rows, figures: [] };
}
