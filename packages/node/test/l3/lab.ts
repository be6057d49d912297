// Investigator programs written for one test, and a view of what they leave behind.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Judge, JudgedEvent, TierDecision } from "@a3s-sentry/core";
import { onTestFinished, vi } from "vitest";
// The built module: the reaper is a program of its own.
import { type AgentOptions, agentTier } from "../../dist/l3/tier.js";
import { scratch } from "../support/scratch.js";

export const ALLOW = `echo '{"verdict":"allow","severity":"info","reason":"fine"}'`;

export const EVENT: JudgedEvent = {
  kind: "ToolExec",
  pid: 7,
  agent: "py",
  provider: "openai",
  subject: "/usr/bin/curl http://x",
  target: "/usr/bin/curl",
  evidence: "complete",
  line: '{"event":{"ToolExec":{"pid":7,"argv":["/usr/bin/curl","http://x"]}}}',
};

export interface Asked extends Partial<AgentOptions> {
  readonly timeoutS?: number;
  readonly skills?: string;
  readonly signal?: AbortSignal;
  readonly event?: Partial<JudgedEvent>;
}

export class Lab {
  readonly folder = scratch();
  /** The folder for temporary files, where the tier creates its own. */
  readonly temp = join(this.folder, "temporary files");
  /** A number of seconds that identifies this test's `sleep` processes. */
  readonly forever = `${86_400 + Math.floor(Math.random() * 1e9)}`;

  constructor() {
    mkdirSync(this.temp);
    vi.stubEnv("TMPDIR", this.temp);
    onTestFinished(() => void vi.unstubAllEnvs());
  }

  /** Writes a program; `$FOREVER` in it becomes a time that outlasts every test. */
  program(text: string, name = "program"): string {
    const file = join(this.folder, name);
    writeFileSync(file, `#!/bin/sh\n${text.replaceAll("$FOREVER", this.forever)}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  tier(bin: string, { timeoutS = 20, skills, ...options }: Asked = {}): Judge {
    return agentTier({ bin, skills: skills ?? null, timeoutS }, { folder: this.folder, ...options });
  }

  async ask(
    bin: string,
    { signal = new AbortController().signal, event, ...asked }: Asked = {},
  ): Promise<TierDecision> {
    return await this.tier(bin, asked).judge({ ...EVENT, ...event }, { signal });
  }

  /** The command lines of this test's living `sleep` processes, and the content of `temp`. */
  left(): string[] {
    return [...commandLines().filter((line) => line.includes(this.forever)), ...readdirSync(this.temp)];
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }
}

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
      } catch {
        return "";
      }
    });
}

/** The living child processes of this process. */
export function children(): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === `${process.pid}`;
    } catch {
      return false;
    }
  });
}
