// `node scripts/pack-figures.mjs FOLDER`: counts the attacks and the everyday events that each pack
// flags, and writes the figures that `a3s-sentry packs` shows and the tables of docs/rules.md. FOLDER has files of labelled events,
// `attack-*.ndjson.gz` and `benign-*.ndjson.gz`: an attack counts if its `grade` is `overt`, and a benign
// event unless it is marked as something that a person would ask about.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Sentry } from "../packages/core/dist/entry/node.js";
import { PACK_NAMES } from "../packages/node/dist/cli/packs/options.js";
import { readArguments } from "./lib/arguments.mjs";
import { root } from "./lib/paths.mjs";
import { main } from "./lib/report.mjs";

const DOUBTFUL = ["installer", "dual_use", "risky", "hard", "ambient"];

await main(async () => {
  const [folder = ""] = readArguments("node scripts/pack-figures.mjs FOLDER", { words: 1 }).positionals;
  const attacks = events(folder, "attack-").filter(({ grade }) => grade === "overt");
  const benign = events(folder, "benign-").filter((row) => DOUBTFUL.every((mark) => !row[mark]));
  const packs = [];
  for (const name of PACK_NAMES) {
    const sentry = await Sentry.create({ packs: { on: name, off: "*" } });
    packs.push({ name, attacks: flagged(sentry, attacks), benign: flagged(sentry, benign) });
    sentry.close();
  }
  await writeTables(packs, attacks, benign);
  const lines = packs.map(
    (one) => `    ${JSON.stringify(one.name)}: { attacks: ${one.attacks}, benign: ${one.benign} },`,
  );
  const text = `// What each pack flags of labelled events. This file is written by scripts/pack-figures.mjs.

import type { Figures } from "./pack-text.js";

export const PACK_FIGURES: Figures = {
  attacks: ${attacks.length},
  benign: ${benign.length},
  packs: {
${lines.join("\n").replaceAll(/"([a-z]+)":/g, "$1:")}
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

/** Writes the tables of docs/rules.md: what each pack flags, and what all default rules flag, by subject of attack. */
async function writeTables(packs, attacks, benign) {
  const sentry = await Sentry.create("");
  const verdicts = (rows) => rows.map(({ event }) => sentry.classify(JSON.stringify({ event }))?.verdict ?? "allow");
  const row = (name, rows) => {
    const all = verdicts(rows);
    const count = (wanted) => all.filter(wanted).length;
    const flags = count((verdict) => verdict !== "allow");
    return `| ${name} | ${rows.length} | ${flags} | ${count((verdict) => verdict === "block")} |`;
  };
  const subjects = new Map();
  for (const attack of attacks) {
    const subject = subjectOf(attack);
    subjects.set(subject, [...(subjects.get(subject) ?? []), attack]);
  }
  const largest = [...subjects].sort(([, a], [, b]) => b.length - a.length);
  const tables = [
    `Measured on ${attacks.length} attacks and ${benign.length} everyday events of public collections:`,
    "",
    "| pack | attacks that it flags | everyday events that it flags |",
    "|---|---|---|",
    ...packs.map(({ name, attacks: flags, benign: wrong }) => `| \`${name}\` | ${flags} | ${wrong} |`),
    "",
    "All rules that are on by default, by subject of the attack:",
    "",
    "| subject | events | flagged | blocked |",
    "|---|---|---|---|",
    ...largest.map(([name, rows]) => row(name, rows)),
    row("everyday events", benign),
  ];
  sentry.close();
  const page = join(root, "docs", "rules.md");
  const part = /(<!-- pack-figures: this part [^\n]*-->\n).*(?=<!-- pack-figures: end -->)/su;
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(part, (_, head) => `${head}\n${tables.join("\n")}\n\n`),
  );
}

/** What an attack is after: the tactic of a command, otherwise the kind of event. */
function subjectOf({ tactic, event }) {
  const kind = Object.keys(event)[0];
  if (kind !== "ToolExec") return `\`${kind}\` events`;
  return `commands: ${[tactic ?? "other"].flat()[0].replaceAll("-", " ")}`;
}
