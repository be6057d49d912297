// The built command as a child process that may be killed.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const MAIN = fileURLToPath(new URL("../../../node/dist/cli/main.cjs", import.meta.url));
/** A policy for a worker: without one, it waits until one is published. */
export const BUILT_IN_RULES = fileURLToPath(new URL("built-in.acl", import.meta.url));

export interface Running {
  readonly child: ChildProcess;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  readonly output: { stdout: string; stderr: string };
  /** Resolves once stderr has the text. */
  says(text: string): Promise<void>;
}

/** Starts `a3s-sentry ARGS`, which is killed when the test ends. With `input`, its stdin ends after it. */
export function start(args: readonly string[], input?: string): Running {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH, NODE_NO_WARNINGS: "0" }, stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
    for (const listener of listeners) listener();
  });
  child.stdin.on("error", () => {});
  if (input !== undefined) child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!output.stderr.includes(text)) return;
        listeners.delete(check);
        resolve();
      };
      listeners.add(check);
      void ended.then(() => reject(new Error(`ended without \`${text}\`:\n${output.stderr}`)));
      check();
    });
  return { child, ended, output, says };
}

/** Runs `a3s-sentry ARGS` to its end, which must be a success. */
export async function succeed(args: readonly string[], input = ""): Promise<string> {
  const { ended, output } = start(args, input);
  const code = await ended;
  if (code !== 0) throw new Error(`\`a3s-sentry ${args.join(" ")}\` ended with ${code}:\n${output.stderr}`);
  return output.stdout;
}
