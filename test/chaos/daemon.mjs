// `a3s-sentry run` as a child process on which faults are inflicted.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const FAULTS = new URL("faults.mjs", import.meta.url).href;
/** Lines of stderr that are kept for a report. */
const KEPT = 40;

export class Daemon {
  gone = false;
  reloads = 0;
  refusals = 0;
  deadWorkers = 0;
  /** The last lines of stderr. @type {string[]} */
  said = [];
  #child;
  #partial = "";
  #isStarted = false;
  /** @type {Promise<number | string>} */
  #ended;

  /** @param {string} policy @param {(line: string) => void} audit receives each whole audit line */
  constructor(policy, audit) {
    const { PATH } = process.env;
    const args = ["--import", FAULTS, MAIN, "run", "--config", policy];
    this.#child = spawn(process.execPath, args, { env: { PATH }, stdio: "pipe" });
    process.once("exit", this.#kill);
    this.#child.stdin.on("error", () => {});
    this.#child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (this.#partial + text).split("\n");
      // A killed process may leave the beginning of a line, which acknowledges nothing.
      this.#partial = lines.pop() ?? "";
      lines.forEach(audit);
    });
    createInterface({ input: this.#child.stderr }).on("line", (line) => this.#read(line));
    this.#ended = once(this.#child, "close").then(([code, signal]) => {
      this.gone = true;
      process.removeListener("exit", this.#kill);
      return code ?? signal;
    });
  }

  /** Resolves once it reads its input and hears signals. */
  async started() {
    while (!this.#isStarted && !this.gone) await pause(10);
  }

  /** Resolves when the text is taken, or never will be. @param {string} text */
  async feed(text) {
    const { stdin } = this.#child;
    if (!stdin.destroyed && !stdin.write(text)) await Promise.race([once(stdin, "drain").catch(() => {}), this.#ended]);
    // Lets timers run.
    await pause(0);
  }

  /** @param {NodeJS.Signals} name SIGUSR2 ends one worker */
  signal(name) {
    this.#child.kill(name);
  }

  /** Stops to read its audit lines. */
  stall() {
    this.#child.stdout.pause();
  }

  resume() {
    this.#child.stdout.resume();
  }

  /**
   * No file that it writes may get longer than this, as on a full disk; `undefined` lifts the limit. Returns 1 if the
   * limit is in force, which needs Linux.
   * @param {number | undefined} bytes
   */
  limitFile(bytes) {
    if (this.gone) return 0;
    const limit = `--fsize=${bytes ?? "unlimited"}:`;
    return spawnSync("prlimit", ["--pid", String(this.#child.pid), limit]).status === 0 ? 1 : 0;
  }

  /** Ends its input and waits until it has ended, or kills it. @param {number} patienceMs @returns the exit code, or the name of the signal */
  async end(patienceMs) {
    this.#child.stdin.end();
    const timer = setTimeout(this.#kill, patienceMs);
    const ended = await this.#ended;
    clearTimeout(timer);
    return ended;
  }

  #kill = () => void this.#child.kill("SIGKILL");

  /** @param {string} line */
  #read(line) {
    this.#isStarted = true;
    if (/\breloaded\b/.test(line)) this.reloads += 1;
    if (/ stays in force$/.test(line)) this.refusals += 1;
    if (/\bworker\b/.test(line)) this.deadWorkers += 1;
    this.said.push(line);
    if (this.said.length > KEPT) this.said.shift();
  }
}
