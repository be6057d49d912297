// Starts other programs: with their output kept for a log, or as the command that the person asked for.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { Stop } from "./say.mjs";

const children = new Set();
let forwarding = false;

/** Ends what was started when this process is told to end; `handOver` lets the child decide how it ends. */
function forwardSignals(handOver) {
  if (handOver) for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
  else if (forwarding) return;
  forwarding = true;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      // A terminal sends SIGINT to the whole group: the children have it already.
      const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY === true);
      const sentByTerminal = name === "SIGINT" && onTerminal;
      if (!sentByTerminal) for (const child of children) child.kill(name);
      if (!handOver) process.exit(128 + constants.signals[name]);
    });
  }
}

function exitCode(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

/**
 * Runs a program and keeps what it prints.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, input?: string, timeout?: number }} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string, output: string, missing: boolean }>} `output` is
 *   stdout and stderr as they came; `missing` tells that there is no such program
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
      resolve({ code: 127, stdout, stderr, output: `${output}${error.message}\n`, missing: error.code === "ENOENT" });
    });
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve({ code: exitCode(code, signal), stdout, stderr, output, missing: false });
    });
  });
}

/** As `run`, but a failure stops the script with the end of the program's output and `todo`. */
export async function must(what, todo, command, args, options = {}) {
  const result = await run(command, args, options);
  if (result.code !== 0) throw new Stop(`${what} failed (exit code ${result.code})`, todo, tail(result.output));
  return result;
}

/** The last lines of a program's output. */
export function tail(output, lines = 40) {
  return output.trimEnd().split("\n").slice(-lines).join("\n");
}

/**
 * Runs a program in the foreground, on this process's own stdin, stdout and stderr.
 * @returns {Promise<number>} its exit code; 128 + n where signal n ended it
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
