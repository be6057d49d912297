// `node scripts/pack-figures.mjs FOLDER`: counts the attacks and the everyday events that each pack
// flags, and writes the figures that `a3s-sentry packs` shows. FOLDER has files of labelled events,
// `attack-*.ndjson.gz` and `benign-*.ndjson.gz`: an attack counts if its `grade` is `overt`, and a benign
// event unless it is marked as something that a person would ask about.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { Sentry } from "../packages/core/dist/entry/node.js";
import { PACK_NAMES } from "../packages/node/dist/cli/packs/options.js";
import { root } from "./lib/paths.mjs";
import { main, UserError } from "./lib/report.mjs";

const DOUBTFUL = ["installer", "dual_use", "risky", "hard", "ambient"];

await main(async () => {
  const folder = process.argv[2];
  if (folder === undefined) throw new UserError("no folder of labelled events", "give one");
  const attacks = events(folder, "attack-").filter(({ grade }) => grade === "overt");
  const benign = events(folder, "benign-").filter((row) => DOUBTFUL.every((mark) => !row[mark]));
  const packs = [];
  for (const name of PACK_NAMES) {
    const sentry = await Sentry.create({ packs: { on: name, off: "*" } });
    packs.push(
      `    ${JSON.stringify(name)}: { attacks: ${flagged(sentry, attacks)}, benign: ${flagged(sentry, benign)} },`,
    );
    sentry.close();
  }
  const text = `// What each pack flags of labelled events. This file is written by scripts/pack-figures.mjs.

import type { Figures } from "./pack-text.js";

export const PACK_FIGURES: Figures = {
  attacks: ${attacks.length},
  benign: ${benign.length},
  packs: {
${packs.join("\n").replaceAll(/"([a-z]+)":/g, "$1:")}
  },
};
`;
  writeFileSync(join(root, "packages", "node", "src", "cli", "packs", "figures.ts"), text);
  return 0;
});

/** The labelled events of the files whose names begin like this. */
function events(folder, prefix) {
  const files = readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith(".ndjson.gz"));
  return files.sort().flatMap((name) => {
    const lines = gunzipSync(readFileSync(join(folder, name)))
      .toString("utf8")
      .split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  });
}

/** The number of events that fit a rule of the one pack that is on. */
function flagged(sentry, rows) {
  const own = new Set(sentry.policy.rules.filter(({ pack }) => pack !== undefined).map(({ name }) => name));
  const fits = ({ event, process: by }) => {
    const line = JSON.stringify(by === undefined || by === null ? { event } : { event, process: by });
    const decision = sentry.classify(line);
    if (decision === null || decision.verdict === "allow") return false;
    return sentry.explain(line).rules.some(({ name, outcome }) => own.has(name) && outcome !== "no-match");
  };
  return rows.filter(fits).length;
}
