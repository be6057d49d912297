// Runs one soak, from an empty folder to its result.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "../../examples/model-endpoint/process.mjs";
import { DenyFiles } from "./deny-files.mjs";
import { Editor } from "./editor.mjs";
import { Load, SLOTS } from "./load.mjs";
import { growthProblems, memoryOf } from "./memory.mjs";
import { Outcomes } from "./outcomes.mjs";
import { PolicyFile } from "./policy-file.mjs";
import { freePort, SentryProcess } from "./process.mjs";
import { watchProgress } from "./progress.mjs";
import { countProblems } from "./totals.mjs";

/** How long the stand-in for a model takes: more events escalate than it can answer. */
const L2_DELAY_MS = 20;
/** A daemon that has not come to rest after so long does not drain. */
const DRAIN_MS = 60_000;
/** Of the whole, what comes before memory is looked at for the first time. */
const WARM_UP = 1 / 3;

/**
 * @typedef {{ seconds?: number, events?: number, reloads?: number }} Until the first of these ends it
 * @typedef {Awaited<ReturnType<typeof soak>>} Result
 */

/** @param {Until} until */
export async function soak(until) {
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-soak-"));
  const endpoint = await startProcess({ delayMs: L2_DELAY_MS });
  const policy = new PolicyFile(join(folder, "rules.acl"));
  const denyFiles = new DenyFiles(folder);
  const outcomes = new Outcomes((version) => policy.isGood(version));
  const load = await Load.make();
  const args = ["--policy", policy.path, ...denyFiles.flags];
  const sentry = new SentryProcess(args, endpoint.url, await freePort(), (line) => outcomes.take(line));
  process.once("exit", () => {
    sentry.signal("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  await sentry.started();

  /** @type {string[]} */
  const problems = [];
  const editor = new Editor(policy, sentry);
  let blocks = 0;
  const events = () => blocks * load.counters.events;
  const progress = watchProgress(sentry, events);

  /** Feeds and edits until a share of the whole is done, and gives the time in ms; what goes wrong ends that at once. @param {number} share */
  const work = async (share) => {
    const since = performance.now();
    const { seconds = Number.POSITIVE_INFINITY, events: most = Number.POSITIVE_INFINITY, reloads } = until;
    const [end, last] = [since + share * seconds * 1000, events() + share * most];
    const over = new AbortController();
    const editing = reloads === undefined ? editor.edit(over.signal) : editor.reload(share * reloads, over.signal);
    const helpers = [editing, denyFiles.tidy(over.signal)].map((helper) =>
      helper.catch((error) => void problems.push(String(error))).finally(() => over.abort()),
    );
    while (!over.signal.aborted && !sentry.gone && performance.now() < end && events() < last) {
      await sentry.feed(load.block(blocks++));
    }
    over.abort();
    await Promise.all(helpers);
    return performance.now() - since;
  };

  const warmUp = await work(WARM_UP);
  await sentry.metricsAt(events(), DRAIN_MS);
  const start = await memoryOf(sentry);
  const took = warmUp + (await work(1 - WARM_UP));
  const counted = await sentry.metricsAt(events(), DRAIN_MS);
  const end = await memoryOf(sentry);
  progress.stop();
  const exit = await sentry.end(DRAIN_MS);
  endpoint.stop();

  outcomes.complete(blocks * SLOTS.length);
  denyFiles.check();
  if (exit !== 0) problems.push(`a3s-sentry ended with ${exit}:\n${sentry.said.join("\n")}`);
  problems.push(...sentry.problems, ...outcomes.problems, ...denyFiles.problems, ...growthProblems(start, end));
  problems.push(...countProblems({ load, blocks, outcomes, said: sentry.said, counted }));
  return {
    problems,
    took,
    events: events(),
    outcomes,
    sentry,
    denyFiles,
    memory: { start, end },
    queue: progress.queue,
  };
}
