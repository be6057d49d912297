// Progress and errors of the scripts, on stderr: stdout stays the output of the command that is
// run.
import process from "node:process";

/** An error that the user can fix: what happened, and what to do. */
export class UserError extends Error {
  /** @param {string} what @param {string} todo @param {string} [details] printed before both */
  constructor(what, todo, details = "") {
    super(what);
    this.name = "UserError";
    this.todo = todo;
    this.details = details;
  }
}

/** @param {string} line */
export function log(line) {
  process.stderr.write(`${line}\n`);
}

/** The time since `start`, a `Date.now()`, for a message. @param {number} start */
export function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

/**
 * Runs a step. Its name is printed once it has run for a second, and again with its duration at the end: a step that
 * finds everything up to date prints nothing. Steps may run at the same time.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const start = Date.now();
  let printed = false;
  const timer = setTimeout(() => {
    printed = true;
    log(`· ${name} …`);
  }, 1000);
  try {
    const result = await work();
    if (printed) log(`✓ ${name}: ${seconds(start)}`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a script's main function, which returns the exit code, and prints a `UserError` without a stack. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.details !== "") log(error.details);
    log(`\nerror: ${error.message}`);
    log(`what to do: ${error.todo}`);
    process.exit(1);
  }
}
