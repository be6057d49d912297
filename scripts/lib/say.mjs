// What the scripts tell a person: lines on stderr, so that stdout stays the output of the command that is run.
import process from "node:process";

/** A reason to stop that the person can do something about: what happened, and what to type. */
export class Stop extends Error {
  /** @param {string} what @param {string} todo @param {string} [details] */
  constructor(what, todo, details = "") {
    super(what);
    this.name = "Stop";
    this.todo = todo;
    this.details = details;
  }
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {number} since a `Date.now()` */
export function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Says that a step begins, and how long it took once it is done.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const since = Date.now();
  say(`· ${what} …`);
  const result = await work();
  say(`  done in ${seconds(since)}`);
  return result;
}

/** Runs a script's main function and turns what it throws into an exit code and a readable last word. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    if (error.details !== "") say(error.details);
    say(`\nstopped: ${error.message}`);
    say(`what to do: ${error.todo}`);
    process.exitCode = 1;
  }
}
