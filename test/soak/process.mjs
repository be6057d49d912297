// `a3s-sentry run` as a child process: its input, its audit lines and messages, its memory.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { residentBytes } from "./memory.mjs";
import { RULES } from "./policy.mjs";

const MAIN = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const PROBE = new URL("probe.mjs", import.meta.url).href;
/** How long the probe may take to answer: twice what it waits for threads. */
const PROBE_MS = 40_000;
/** Lines of stderr that are kept for a report. */
const KEPT = 40;

export class SentryProcess {
  /** Policies put in force since the start, and changes that were refused. */
  reloads = 0;
  refusals = 0;
  /** Ended, for whatever reason. */
  gone = false;
  /** What it said that it must not. @type {string[]} */
  problems = [];
  /** The last lines of stderr. @type {string[]} */
  said = [];
  /** Resolves with the exit code, or the name of the signal. @type {Promise<number | string>} */
  ended;
  /** Receives the answer of the probe. @type {(bytes: number) => void} */
  #onAnswer = () => {};
  #child;
  #metrics;

  /**
   * @param {readonly string[]} args @param {string} llmUrl @param {number} port for metrics
   * @param {(line: string) => void} audit
   */
  constructor(args, llmUrl, port, audit) {
    const { PATH } = process.env;
    this.#metrics = `127.0.0.1:${port}`;
    const env = {
      PATH,
      A3S_SENTRY_LLM_URL: llmUrl,
      A3S_SENTRY_LLM_MODEL: "stand-in",
      A3S_SENTRY_METRICS_ADDR: this.#metrics,
    };
    this.#child = spawn(process.execPath, ["--import", PROBE, MAIN, "run", ...args], { env, stdio: "pipe" });
    this.#child.stdin.on("error", () => {});
    const read = createInterface({ input: this.#child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
    read.on("line", audit);
    createInterface({ input: this.#child.stderr }).on("line", (line) => this.#read(line));
    this.ended = Promise.all([once(this.#child, "exit"), once(read, "close")]).then(([[code, signal]]) => {
      this.gone = true;
      return code ?? signal;
    });
  }

  /** Resolves once it answers: it hears signals then, and notices changes. */
  async started() {
    while (!this.gone && (await this.metrics()) === undefined) await pause(20);
  }

  /** Gives it more, and waits until that is taken, or never will be. @param {Buffer} bytes */
  async feed(bytes) {
    await new Promise((resolve) => void this.#child.stdin.write(bytes, resolve));
    // A write that fails does so without a moment in which anything else could be noticed.
    if (this.#child.stdin.destroyed) await this.ended;
  }

  /** Ends its input and waits until it has ended, or kills it. @param {number} patienceMs @returns the exit code, or the name of the signal */
  async end(patienceMs) {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.signal("SIGKILL"), patienceMs);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    this.#child.kill(name);
  }

  get residentBytes() {
    return this.gone || this.#child.pid === undefined ? undefined : residentBytes(this.#child.pid);
  }

  /** What all of its threads hold, in bytes, once garbage is collected: `NaN` if it does not say. @returns {Promise<number>} */
  async heldBytes() {
    const timer = new AbortController();
    const answer = new Promise((resolve) => {
      this.#onAnswer = resolve;
    });
    this.signal("SIGUSR2");
    const silence = pause(PROBE_MS, Number.NaN, { signal: timer.signal }).catch(() => Number.NaN);
    const held = await Promise.race([answer, silence, this.ended.then(() => Number.NaN)]);
    timer.abort();
    return held;
  }

  /** What it counts, by name without labels summed up; nothing while it does not answer. @returns {Promise<Map<string, number> | undefined>} */
  async metrics() {
    try {
      const response = await fetch(`http://${this.#metrics}/metrics`, { signal: AbortSignal.timeout(10_000) });
      return sums(await response.text());
    } catch {
      return undefined;
    }
  }

  /** What it counts once it has judged so many events and no tier is at work, or when patience ends. @param {number} events @param {number} patienceMs */
  async metricsAt(events, patienceMs) {
    const until = performance.now() + patienceMs;
    for (;;) {
      const counted = await this.metrics();
      const waiting = ["sentry_queue_depth", "sentry_judgments_in_flight"].some((name) => counted?.get(name) !== 0);
      if ((counted?.get("sentry_events_total") === events && !waiting) || this.gone || performance.now() > until)
        return counted;
      await pause(100);
    }
  }

  /** @param {string} line */
  #read(line) {
    const [, bytes, answers, threads] = /^soak: (\d+) bytes held by (\d+) of (\d+) threads$/.exec(line) ?? [];
    if (bytes !== undefined) return this.#onAnswer(answers === threads ? Number(bytes) : Number.NaN);
    if (/\breloaded\b/.test(line)) this.reloads += 1;
    if (/\brules \d+ site\b/.test(line) && !line.includes(`rules ${RULES} site`))
      this.problems.push(`not the whole policy: ${line}`);
    if (/ stays in force$/.test(line)) this.refusals += 1;
    this.said.push(line);
    if (this.said.length > KEPT) this.said.shift();
  }
}

/** @param {string} text Prometheus's */
function sums(text) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [, name = "", value] of text.matchAll(/^([a-z_0-9]+)(?:\{[^}]*\})? (\S+)/gm)) {
    found.set(name, (found.get(name) ?? 0) + Number(value));
  }
  return found;
}

/** A free port on loopback. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return address !== null && typeof address === "object" ? address.port : 0;
}
