// Running a program and telling what it printed, if it fails too.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds after which the program is ended. */
  readonly timeout?: number;
}

/** Ends with any code. Settings of a3s-sentry in the environment are left out, except for where the build keeps its tools. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("A3S_SENTRY_") || name === "A3S_SENTRY_BUILD_CACHE",
  );
  const env = { ...Object.fromEntries(inherited), ...options.env };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, timeout: options.timeout, env });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/** Throws with all that the program printed unless it ends with 0. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await run(command, args, options);
  if (ended.code === 0) return ended;
  throw new Error(`${command} ${args.join(" ")} ended with ${ended.code}:\n${ended.stdout}\n${ended.stderr}`);
}

/** Bundles `main.mjs` of a folder to one file there, with these export conditions beside the usual ones. */
export async function bundle(folder: string, output: string, conditions: readonly string[] = []): Promise<void> {
  const script = fileURLToPath(new URL("bundle.mjs", import.meta.url));
  await must(process.execPath, [script, join(folder, "main.mjs"), join(folder, output), ...conditions]);
}
