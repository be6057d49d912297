// The search for secrets beside gitleaks: the same rules and the same text, as CPU time.

import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SECRET_KINDS } from "@a3s-sentry/core/tools";
import { Sentry } from "a3s-sentry";
import { bodies } from "../loads/bodies.mjs";
import { measure, ratio } from "../measure.mjs";
import { environment } from "../processes/timed.mjs";
import { OURS } from "../rows.mjs";

/** Bodies of 4 KB in the smaller text; the larger one has four times as many. */
const BODIES = 250;
const TIMES = 4;
/** The length of the parts that a redactor gets. */
const PART = 64 * 1024;
/** Clock ticks of Linux in a second. */
const TICKS = 100;

/**
 * Needs the program `gitleaks`, and its rules: the configuration that `GITLEAKS_CONFIG` names, as gitleaks takes it.
 * @param {import("../processes/folder.mjs").Folder} folder
 * @param {import("../measure.mjs").Effort & { share: number }} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function gitleaks(folder, effort) {
  const { GITLEAKS_CONFIG: config, PATH = "" } = process.env;
  const program = programOf("gitleaks", PATH);
  const missing =
    program === undefined
      ? "there is no program `gitleaks`"
      : config === undefined
        ? "`GITLEAKS_CONFIG` does not name its configuration"
        : cpuOfChildren() === undefined
          ? "the CPU time of processes is known on Linux alone"
          : undefined;
  if (missing !== undefined || program === undefined || config === undefined) {
    return { rows: [], figures: [], notes: [`not compared with gitleaks: ${missing}`] };
  }
  const text = `${bodies(Math.max(20, Math.round(BODIES * effort.share))).join("\n")}\n`;
  const [small, large] = [text, text.repeat(TIMES)];
  const megabytes = (large.length - small.length) / 1e6;
  const sentry = await Sentry.create({ redact: { gitleaks: config, off: [...SECRET_KINDS] } });
  const [smallFile, largeFile] = [folder.write("gitleaks-small", small), folder.write("gitleaks-large", large)];
  // The automata of patterns are compiled when a text first needs them, and optimised by V8 after some texts.
  for (let time = 0; time < 3; time += 1) await cpuOf(sentry, large);
  const samples = await measure(
    {
      [OURS]: async () => (await cpuOf(sentry, large)) - (await cpuOf(sentry, small)),
      gitleaks: () => cpuOfGitleaks(program, config, largeFile) - cpuOfGitleaks(program, config, smallFile),
    },
    effort,
  );
  sentry.close();
  /** @type {Record<string, number[]>} */
  const ways = Object.fromEntries(
    Object.entries(samples).map(([way, all]) => [way, all.map((ms) => Math.max(ms, 1) / megabytes)]),
  );
  const { [OURS]: ours = [], gitleaks: theirs = [] } = ways;
  return {
    rows: [{ what: "masking with gitleaks' rules, CPU time", unit: "MB", ways }],
    figures: [
      {
        what: "masking against gitleaks on the same text and rules, CPU time",
        goal: { least: 12 },
        unit: "times",
        measured: ratio(theirs, ours),
      },
    ],
  };
}

/** Milliseconds that masking a text takes in this process. @param {Sentry} sentry @param {string} text */
async function cpuOf(sentry, text) {
  const before = process.cpuUsage();
  const redactor = sentry.createRedactor();
  const writer = redactor.writable.getWriter();
  let masked = 0;
  const read = (async () => {
    for await (const part of redactor.readable) masked += part.length;
  })();
  for (let at = 0; at < text.length; at += PART) await writer.write(text.slice(at, at + PART));
  await writer.close();
  await read;
  if (masked === 0) throw new Error("nothing was masked");
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Milliseconds that gitleaks takes for a file. @param {string} program @param {string} config @param {string} file */
function cpuOfGitleaks(program, config, file) {
  const before = cpuOfChildren() ?? 0;
  const options = ["--no-banner", "--exit-code", "0", "--log-level", "error", "--redact"];
  const { status, stderr, error } = spawnSync(program, ["dir", file, "--config", config, ...options], {
    env: environment(),
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${error?.message ?? stderr}`);
  return (cpuOfChildren() ?? 0) - before;
}

/** Milliseconds of all children of this process that have ended; `undefined` where the system does not say. */
function cpuOfChildren() {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    return ((Number(fields[13]) + Number(fields[14])) * 1000) / TICKS;
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {string} folders */
function programOf(name, folders) {
  const all = folders.split(delimiter).map((folder) => join(folder, name));
  return all.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
