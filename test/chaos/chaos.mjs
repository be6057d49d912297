// Runs the daemon again and again, with every fault in each run.

import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Daemon } from "./daemon.mjs";
import { Ledger, target } from "./ledger.mjs";
import { ChangingPolicy } from "./policy.mjs";

const RUN_MS = 5000;
const STALL_MS = 400;
const FULL_MS = 300;
/** A policy that changes while it is loaded is not put in force, so it rests for longer than that takes. */
const RELOAD_EVERY_MS = 150;
/** Blocks of so many denies, each behind so many harmless lines: enough bytes to keep workers busy. */
const DENIES = 40;
const HARMLESS = 40;
/** One deny in so many repeats an earlier one. */
const REPEAT_EVERY = 4;
/** A run that does not end by itself after so long is stuck. */
const DRAIN_MS = 30_000;

/** @param {number} seconds */
export async function chaos(seconds) {
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-chaos-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const ledger = new Ledger(join(folder, "exec-deny.txt"));
  const policy = new ChangingPolicy(join(folder, "policy.acl"), ledger.path);
  const counts = { runs: 0, kills: 0, fullDisks: 0, stalls: 0, deadWorkers: 0, reloads: 0, refusals: 0 };
  const start = performance.now();
  const end = start + seconds * 1000;
  while (performance.now() < end && ledger.problems.length === 0) {
    await oneRun({ policy, ledger, counts, end: Math.min(performance.now() + RUN_MS, end) });
  }
  // One core has no workers.
  if (counts.deadWorkers === 0 && availableParallelism() > 1) ledger.report("no worker died: none was needed");
  if (counts.reloads === 0) ledger.report("no policy was reloaded");
  return { ledger, counts, took: (performance.now() - start) / 1000 };
}

/** @param {{ policy: ChangingPolicy, ledger: Ledger, counts: Record<string, number>, end: number }} run */
async function oneRun({ policy, ledger, counts, end }) {
  policy.replace();
  const number = counts.runs++;
  const daemon = new Daemon(policy.path, (line) => ledger.read(line));
  await daemon.started();
  const over = new AbortController();
  const faults = [
    repeat(over.signal, RELOAD_EVERY_MS, () => {
      policy.change();
      daemon.signal("SIGHUP");
    }),
    repeat(over.signal, 2 * STALL_MS, async () => {
      daemon.stall();
      counts.stalls += 1;
      await pause(STALL_MS * (1 + (counts.stalls % 6)));
      daemon.resume();
    }),
    repeat(over.signal, 2 * FULL_MS, async () => {
      ledger.diskWasFull = true;
      counts.fullDisks += daemon.limitFile(ledger.bytes + (counts.fullDisks % 97));
      await pause(FULL_MS);
      daemon.limitFile(undefined);
    }),
    repeat(over.signal, 1000, () => daemon.signal("SIGUSR2")),
  ];
  while (performance.now() < end && !daemon.gone) await daemon.feed(block(ledger));
  // Most runs end in the middle of everything; the others read all of their input.
  const isKilled = number % 3 !== 2;
  if (isKilled) daemon.signal("SIGKILL");
  over.abort();
  await Promise.all(faults);
  daemon.limitFile(undefined);
  daemon.resume();
  const ended = await daemon.end(DRAIN_MS);
  if (isKilled) counts.kills += 1;
  if (ended !== (isKilled ? "SIGKILL" : 0)) ledger.report(`ended with ${ended}:\n${daemon.said.join("\n")}`);
  counts.deadWorkers += daemon.deadWorkers;
  counts.reloads += daemon.reloads;
  counts.refusals += daemon.refusals;
  ledger.check(isKilled ? "killed" : "ended");
}

/** Does something again and again, until the signal aborts. @param {AbortSignal} signal @param {number} everyMs @param {() => unknown} act */
async function repeat(signal, everyMs, act) {
  while (!signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await act();
  }
}

const HARMLESS_LINES =
  `${JSON.stringify({ event: { ToolExec: { pid: 8, argv: ["ls", "-l", "/srv/data"] } } })}\n`.repeat(HARMLESS);

/** @param {Ledger} ledger */
function block(ledger) {
  let text = "";
  for (let i = 0; i < DENIES; i++) {
    const number = ledger.send(i % REPEAT_EVERY === 0);
    text += `${HARMLESS_LINES}${JSON.stringify({ event: { ToolExec: { pid: 7, argv: [target(number)] } } })}\n`;
  }
  return text;
}
