// The built command as a child process, with real pipes.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const MAIN = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));

export interface Spawned {
  readonly cwd?: string;
  /** The environment, to which PATH is added. */
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Creates a world-readable folder that is removed when the test ends, and returns its absolute
 * path.
 */
export function scratch(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "a3s-sentry-e2e-")));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A running command. */
export class Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";

  constructor(file: string, args: readonly string[], { env, ...options }: Spawned) {
    const { PATH } = process.env;
    this.child = spawn(file, args, { ...options, env: { PATH, ...env }, stdio: "pipe" });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    // The command may exit before it has read everything.
    this.child.stdin.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  /**
   * Resolves once `done` returns true for the output so far. Rejects if the command ends before.
   */
  async until(done: (running: Running) => boolean): Promise<void> {
    let over = false;
    void this.ended.then(() => (over = true));
    while (!done(this)) {
      if (over) throw new Error(`the command has ended early:\n${this.stdout}\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

export function start(args: readonly string[], options: Spawned = {}): Running {
  return new Running(process.execPath, [MAIN, ...args], options);
}

/** Runs `a3s-sentry ARGS` with `input` until it ends. */
export async function run(
  args: readonly string[],
  input: string | Uint8Array = "",
  options: Spawned = {},
): Promise<Ended> {
  const running = start(args, options);
  running.child.stdin.end(input);
  return await running.ended;
}

/** Runs a bash script in which `$SENTRY` is the command. */
export async function bash(script: string, options: Spawned = {}): Promise<Ended> {
  const env = { ...options.env, SENTRY: `${process.execPath} ${MAIN}` };
  const running = new Running("bash", ["--norc", "-c", script], { ...options, env });
  running.child.stdin.end();
  return await running.ended;
}
