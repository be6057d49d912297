// Runs a program and returns its output, also if it fails.

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

/**
 * Resolves with any exit code. Removes variables of a3s-sentry from the environment, except for the
 * folder of the build cache.
 */
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

/** Like {@link run}, but rejects with the whole output unless the program exits with 0. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const ended = await run(command, args, options);
  if (ended.code === 0) return ended;
  throw new Error(`${command} ${args.join(" ")} ended with ${ended.code}:\n${ended.stdout}\n${ended.stderr}`);
}

/** Bundles `main.mjs` of a folder into one file there, with additional export conditions. */
export async function bundle(folder: string, output: string, conditions: readonly string[] = []): Promise<void> {
  const script = fileURLToPath(new URL("bundle.mjs", import.meta.url));
  await must(process.execPath, [script, join(folder, "main.mjs"), join(folder, output), ...conditions]);
}
