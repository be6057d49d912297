// The real commands of a fleet as processes.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The flags for a worker that judges by the built-in rules alone: without a policy, it waits until one is published. */
export const BUILT_IN_RULES = ["--policy", fileURLToPath(new URL("built-in.acl", import.meta.url))];

const MAIN = fileURLToPath(new URL("../../../packages/node/dist/cli/main.cjs", import.meta.url));

/** Starts `a3s-sentry ARGS`. `said` collects its stderr. @param {string[]} args @param {Record<string, string>} [env] */
export function start(args, env = {}) {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH, ...env }, stdio: ["pipe", "ignore", "pipe"] });
  const running = { child, said: "", ended: new Promise((resolve) => child.once("close", resolve)) };
  // A process that is killed takes no more input.
  child.stdin.on("error", () => {});
  child.stderr.setEncoding("utf8").on("data", (text) => {
    running.said = (running.said + text).slice(-20_000);
  });
  return running;
}

/** Runs `a3s-sentry ARGS` to its end, which must be a success. @param {string[]} args */
export async function succeed(args) {
  const { ended, said, ...running } = start(args);
  running.child.stdin.end();
  const code = await ended;
  if (code !== 0) throw new Error(`\`a3s-sentry ${args.join(" ")}\` ended with ${code}: ${said}`);
}

/** Resolves once a process has said a text. @param {ReturnType<typeof start>} running @param {string} text @param {number} ms */
export async function says(running, text, ms = 60_000) {
  const end = Date.now() + ms;
  while (!running.said.includes(text)) {
    if (Date.now() > end || running.child.exitCode !== null) {
      throw new Error(`a process did not say \`${text}\`: ${running.said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
