// What is compared. Each case gives two ways to do the same, and how much one run of them does.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Sentry } from "a3s-sentry";
import { chunksOfSession, session } from "./inputs.mjs";
import { PlainJudge } from "./plain/judge.mjs";
import { writtenRules } from "./plain/rules.mjs";

/** @typedef {import("./measure.mjs").Ways} Ways */
/**
 * One run does `per` times what `unit` names; `clean` comes after the last run.
 * @typedef {{ name: string, unit: string, per: number, ways: Ways, clean?: () => void }} Case
 */

/** @param {Sentry} sentry @param {PlainJudge} plain @returns {Case} */
export function classifyCase(sentry, plain) {
  const events = session.filter((line) => sentry.classify(line) !== null);
  const ours = () =>
    events.reduce((blocks, event) => blocks + (sentry.classify(event)?.verdict === "block" ? 1 : 0), 0);
  const theirs = () =>
    events.reduce((blocks, event) => blocks + (plain.classify(event)?.verdict === "block" ? 1 : 0), 0);
  return { name: "classify(string)", unit: "event", per: events.length, ways: { ours, plain: theirs } };
}

/** @param {Sentry} sentry @param {PlainJudge} plain @param {number} bytes @returns {Case} */
export function chunksCase(sentry, plain, bytes) {
  const { chunks, lines } = chunksOfSession(bytes);
  const stream = sentry.createStream();
  const ours = () => chunks.reduce((found, chunk) => found + stream.push(chunk).length, 0);
  const theirs = () => {
    let found = 0;
    for (const _ of plain.judgeChunks(chunks)) found++;
    return found;
  };
  return {
    name: "stream, 64 KiB chunks",
    unit: "line",
    per: lines,
    ways: { ours, plain: theirs },
    clean: () => stream.close(),
  };
}

let salt = 0;

/** A policy of so many rules of its own, of the sorts that sites write. @param {number} count */
export function sitePolicy(count) {
  const sorts = [
    { on: "ToolExec", match: (/** @type {number} */ i) => `(?i)\\btool-${i}\\b.*\\s--(?:force|yes)\\b` },
    { on: "Dns", match: (/** @type {number} */ i) => `(^|\\.)host${i}\\.example\\.?$` },
    { on: "FileAccess", match: (/** @type {number} */ i) => `^/srv/team-${i}/(?:private|secrets)/[\\w.-]+$` },
    { on: "Egress", match: (/** @type {number} */ i) => `^10\\.${i}\\.\\d+\\.\\d+:(?:22|3306|5432)$` },
  ];
  const rules = Array.from({ length: count }, (_, i) => {
    const { on, match } = sorts[i % sorts.length] ?? { on: "*", match: String };
    return { name: `site-${i}`, on, match: match(i), verdict: "block", severity: "high", reason: "not for agents" };
  });
  return { rules };
}

/**
 * Compiling a policy, against making its regular expressions. JavaScript only parses one when it is made, and compiles
 * it when it is first used: `use` makes it do so.
 * @param {number} siteRules @param {boolean} use @returns {Promise<Case>}
 */
export async function compileCase(siteRules, use) {
  const policy = sitePolicy(siteRules);
  const { rules } = await withSentry(policy, (sentry) => sentry.policy);
  const written = writtenRules(rules);
  const theirs = () => {
    // V8 remembers expressions that it has seen: this makes each one new, and changes nothing of what it matches.
    salt++;
    for (const { source, flags } of written) {
      const pattern = new RegExp(`(?:${source})(?:${salt}){0}`, flags);
      if (use) pattern.test("ls -la /tmp");
    }
  };
  const name = siteRules === 0 ? "compile the built-in rules" : `compile, with ${siteRules} site rules`;
  const unit = use ? "policy; plain: made and used once" : "policy; plain: only made";
  return { name, unit, per: 1, ways: { ours: () => withSentry(policy, () => undefined), plain: theirs } };
}

/** @template T @param {object} policy @param {(sentry: Sentry) => T} use @returns {Promise<T>} */
async function withSentry(policy, use) {
  const sentry = await Sentry.create(policy);
  const result = use(sentry);
  sentry.close();
  return result;
}

/** @returns {Promise<Case>} */
export async function startCase() {
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-bench-"));
  const rules = join(folder, "rules.json");
  writeFileSync(rules, JSON.stringify(writtenRules(await withSentry({}, (sentry) => sentry.policy.rules))));
  /** @param {string[]} args */
  const node = ([script = "", ...args]) => {
    const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args]);
    if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
  };
  const ways = { ours: () => node(["startup/sentry.mjs"]), plain: () => node(["startup/plain.mjs", rules]) };
  const clean = () => rmSync(folder, { recursive: true });
  return { name: "start-up", unit: "process that judges one event", per: 1, ways, clean };
}
