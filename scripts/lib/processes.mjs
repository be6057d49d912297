// Runs other programs: with their output captured, or in the foreground.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { UserError } from "./report.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const children = new Set();
let forwarding = false;

/** Forwards signals to the children. With `handOver`, the child decides when it ends, and this process waits for it. */
function forwardSignals(handOver) {
  if (handOver) for (const name of SIGNALS) process.removeAllListeners(name);
  else if (forwarding) return;
  forwarding = true;
  for (const name of SIGNALS) {
    process.on(name, () => {
      // A terminal sends SIGINT to the whole process group, so the children have it already.
      const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY === true);
      if (!(name === "SIGINT" && onTerminal)) for (const child of children) child.kill(name);
      if (!handOver) process.exit(128 + constants.signals[name]);
    });
  }
}

function exitCode(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

/**
 * Runs a program and captures its output.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, input?: string, timeout?: number }} [options]
 *   `env` is merged into this process's environment; `timeout` is in milliseconds
 * @returns {Promise<{ code: number, stdout: string, stderr: string, output: string }>} `output` is stdout and stderr in
 *   the order of arrival; `code` is 127 if the program could not be started, 128 + n if signal n ended it
 */
export function run(command, args, options = {}) {
  forwardSignals(false);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: options.timeout,
    });
    children.add(child);
    let stdout = "";
    let stderr = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      output += text;
    });
    if (options.input !== undefined) child.stdin.on("error", () => {}).end(options.input);
    child.on("error", (error) => {
      children.delete(child);
      resolve({ code: 127, stdout, stderr, output: `${output}${error.message}\n` });
    });
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve({ code: exitCode(code, signal), stdout, stderr, output });
    });
  });
}

/** Like `run`, but throws a `UserError` with the end of the output if the exit code is not 0. */
export async function must(what, todo, command, args, options = {}) {
  const result = await run(command, args, options);
  if (result.code !== 0) throw new UserError(`${what} failed (exit code ${result.code})`, todo, tail(result.output));
  return result;
}

/** The last lines of a program's output. */
export function tail(output, lines = 40) {
  return output.trimEnd().split("\n").slice(-lines).join("\n");
}

/**
 * Runs a program in the foreground, on this process's own stdin, stdout and stderr.
 * @returns {Promise<number>} its exit code; 128 + n if signal n ended it
 */
export function foreground(command, args, options = {}) {
  forwardSignals(true);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    children.add(child);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      children.delete(child);
      resolve(exitCode(code, signal));
    });
  });
}
