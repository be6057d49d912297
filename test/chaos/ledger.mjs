// What a chaos test has sent, what was acknowledged, and checks of both against the deny-file.

import { existsSync, readFileSync, statSync } from "node:fs";

/** Problems that are reported in full. */
const MAX_REPORTED = 20;

/** The target of a number: its length varies, so that a cut line is never another target. @param {number} number */
export function target(number) {
  return `/chaos/${number}/${"x".repeat(number % 90)}/end`;
}

export class Ledger {
  path;
  /** @type {string[]} */
  problems = [];
  /** Whether denies may have been refused in this run. */
  diskWasFull = false;
  /** Blocks whose audit line says that they are in the file, and that they are not. */
  acknowledged = 0;
  refused = 0;
  #next = 0;
  /** By number, whether its target must be in the file. */
  #mustBeThere = new Set();
  /** The numbers that were sent to this run, and how many of them have an audit line. @type {number[]} */
  #sent = [];
  #audited = 0;

  /** @param {string} path of the deny-file */
  constructor(path) {
    this.path = path;
  }

  /** A number to send next: a new one, or an old one again. @param {boolean} again */
  send(again) {
    const number = again && this.#next > 0 ? ((this.#next * 7) % this.#next) >> 1 : this.#next++;
    this.#sent.push(number);
    return number;
  }

  /** The length of the deny-file. */
  get bytes() {
    return existsSync(this.path) ? statSync(this.path).size : 0;
  }

  /** Takes a whole audit line. @param {string} line */
  read(line) {
    const audit = parse(line);
    const number = Number(/^\/chaos\/(\d+)\//.exec(audit?.subject ?? "")?.[1] ?? Number.NaN);
    if (audit === undefined || Number.isNaN(number)) return this.report(`a torn audit line: ${line}`);
    const expected = this.#sent[this.#audited++];
    if (number !== expected) this.report(`an audit line of ${number} where that of ${expected} was due`);
    if (audit.decision.verdict !== "block") this.report(`not blocked: ${line}`);
    if (audit.enforced !== undefined) {
      this.acknowledged += 1;
      this.#mustBeThere.add(number);
    } else {
      this.refused += 1;
      const isFull = /: (?:the disk is full|it has reached the system's size limit)$/.test(audit.enforce_error ?? "");
      if (!isFull || !this.diskWasFull) this.report(`a deny that was refused: ${line}`);
    }
  }

  /** Checks the file after a run, and begins the next. @param {"killed" | "ended"} how */
  check(how) {
    if (how === "ended" && this.#audited < this.#sent.length)
      this.report(`${this.#sent.length - this.#audited} events have no audit line`);
    this.#sent = [];
    this.#audited = 0;
    this.diskWasFull = false;
    this.#checkFile();
  }

  /** @param {string} problem */
  report(problem) {
    if (this.problems.length < MAX_REPORTED) this.problems.push(problem.slice(0, 2000));
  }

  #checkFile() {
    if (!existsSync(this.path)) return;
    const lines = readFileSync(this.path, "utf8").split("\n");
    const last = lines.pop();
    if (last !== "") this.report(`the deny-file ends with a part of a line: \`${last}\``);
    const found = new Set();
    for (const line of lines) {
      const number = Number(/^\/chaos\/(\d+)\//.exec(line)?.[1] ?? Number.NaN);
      if (!(number < this.#next) || line !== target(number)) this.report(`the deny-file has a torn line: \`${line}\``);
      if (found.has(number)) this.report(`the deny-file has a target twice: \`${line}\``);
      found.add(number);
    }
    for (const number of this.#mustBeThere)
      if (!found.has(number)) this.report(`acknowledged, and not in the deny-file: \`${target(Number(number))}\``);
  }
}

/** @param {string} line @returns {{ subject?: string, decision: { verdict: string }, enforced?: string, enforce_error?: string } | undefined} */
function parse(line) {
  try {
    const audit = JSON.parse(line);
    return typeof audit?.decision?.verdict === "string" ? audit : undefined;
  } catch {
    return undefined;
  }
}
