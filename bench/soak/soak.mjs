// One soak, from an empty folder to what it found.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "../../examples/model-endpoint/process.mjs";
import { DenyFiles } from "./deny-files.mjs";
import { Editor } from "./editor.mjs";
import { Load, SLOTS } from "./load.mjs";
import { Outcomes } from "./outcomes.mjs";
import { PolicyFile } from "./policy-file.mjs";
import { freePort, SentryProcess } from "./process.mjs";
import { Sampler } from "./sampler.mjs";
import { countProblems } from "./totals.mjs";

/** How long the stand-in for a model takes: more events escalate than it can answer. */
const L2_DELAY_MS = 20;
/** A daemon that has not come to rest after so long does not drain. */
const DRAIN_MS = 60_000;

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
  const over = new AbortController();
  const since = performance.now();
  let blocks = 0;
  const events = () => blocks * load.counters.events;
  const sampler = new Sampler(sentry, events);
  const editor = new Editor(policy, sentry);
  const editing = until.reloads === undefined ? editor.edit(over.signal) : editor.reload(until.reloads, over.signal);
  const helpers = [editing, denyFiles.tidy(over.signal)].map((helper) =>
    helper.catch((error) => void problems.push(String(error))).finally(() => over.abort()),
  );

  const { seconds = Number.POSITIVE_INFINITY, events: most = Number.POSITIVE_INFINITY } = until;
  while (!over.signal.aborted && !sentry.gone && performance.now() - since < seconds * 1000 && events() < most) {
    await sentry.feed(load.block(blocks++));
  }
  const took = performance.now() - since;
  over.abort();
  await Promise.all(helpers);
  sampler.stop();
  const counted = await sentry.metricsAt(events(), DRAIN_MS);
  const exit = await sentry.end(DRAIN_MS);
  endpoint.stop();

  outcomes.complete(blocks * SLOTS.length);
  denyFiles.check();
  if (exit !== 0) problems.push(`a3s-sentry ended with ${exit}:\n${sentry.said.join("\n")}`);
  problems.push(...sentry.problems, ...outcomes.problems, ...denyFiles.problems, ...sampler.problems);
  problems.push(...countProblems({ load, blocks, outcomes, said: sentry.said, counted }));
  return { problems, took, events: events(), outcomes, sentry, denyFiles, sampler };
}
