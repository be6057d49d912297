// Nothing is left of investigations when sentry itself ends, for any reason.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { EVENT, Lab } from "./lab.js";

const TIER = new URL("../../dist/l3/tier.js", import.meta.url).href;

/** A process that has started two investigations. */
class Sentry {
  readonly lab = new Lab();
  readonly ended: Promise<unknown>;
  readonly #child;

  constructor(end: string, containment: "cgroup" | "search" = "cgroup") {
    const bin = this.lab.program("setsid sleep $FOREVER & (env -i /usr/bin/setsid sleep $FOREVER &)\n sleep $FOREVER");
    const script = join(this.lab.folder, "sentry.mjs");
    writeFileSync(
      script,
      `import { agentTier } from ${JSON.stringify(TIER)};
       const tier = agentTier({ bin: ${JSON.stringify(bin)}, skills: null, timeoutS: 600 }, { folder: "", containment: ${JSON.stringify(containment)} });
       for (let run = 0; run < 2; run++) {
         tier.judge(${JSON.stringify(EVENT)}, { signal: new AbortController().signal }).catch(() => {});
       }
       process.stdin.once("data", () => { ${end} });`,
    );
    this.#child = spawn(process.execPath, [script], { stdio: ["pipe", "ignore", "ignore"] });
    this.ended = new Promise((resolve) => this.#child.once("exit", resolve));
    onTestFinished(() => void this.#child.kill("SIGKILL"));
  }

  /** Resolves when six processes sleep and two folders exist. */
  async started(): Promise<void> {
    await expect.poll(() => this.lab.left().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(8);
  }

  end(signal?: NodeJS.Signals): void {
    if (signal === undefined) this.#child.stdin.write("end\n");
    else this.#child.kill(signal);
  }
}

describe("when sentry ends by", () => {
  it.each([
    ["an exit", "process.exit(0)"],
    ["an exception", "throw new Error('bug')"],
    ["a rejection", "Promise.reject(new Error('bug'))"],
    ["an abort", "process.abort()"],
  ])("%s, nothing is left", async (_, end) => {
    const sentry = new Sentry(end, "search");
    await sentry.started();
    sentry.end();
    await sentry.ended;
    await expect.poll(() => sentry.lab.left(), { timeout: 20_000 }).toEqual([]);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const)("%s, nothing is left", async (signal) => {
    const sentry = new Sentry("");
    await sentry.started();
    sentry.end(signal);
    await sentry.ended;
    await expect.poll(() => sentry.lab.left(), { timeout: 20_000 }).toEqual([]);
  });
});
