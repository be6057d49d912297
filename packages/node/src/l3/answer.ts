// Reads an investigator's answer from its output, or explains in a few words why it has none.

import type { JudgedEvent } from "@a3s-sentry/core";
import { checkEcho, type Reply, readReply } from "@a3s-sentry/core/llm";
import { MAX_OUTPUT_BYTES } from "./output.js";
import type { ProgramResult } from "./run-program.js";

/** The key of a verdict with its quotes and colon. */
const VERDICT_KEY = /verdict["'\\]+\s*:/i;

/**
 * Finds the JSON object of the answer: it begins the last line that starts with `{`, or, without
 * such a line, it is the only object in the text. Prose, a code fence, log lines or a model's
 * thoughts may surround it. An answer copied from the judged event does not count, unless it blocks.
 * Throws an `Error` that says what is wrong.
 */
function lastReply(output: string, { subject, line, recent = [] }: JudgedEvent): Reply {
  return checkEcho(readReply(output.slice(lastObject(output))), subject, line, ...recent);
}

/** The start of the last line that starts with `{`, or of the text. */
function lastObject(output: string): number {
  return output.lastIndexOf("\n{") + 1;
}

/** The answer in the whole output: if its end has no block, an unclean block anywhere counts. */
function readOutput(output: string, event: JudgedEvent): Reply {
  const last = attempt(() => lastReply(output, event));
  if ("value" in last && last.value.verdict === "block") {
    const hasOthers = VERDICT_KEY.test(output.slice(0, lastObject(output)));
    return hasOthers ? { ...last.value, form: "unclean" } : last.value;
  }
  const whole = attempt(() => readReply(output));
  if ("value" in whole && whole.value.verdict === "block") return { ...whole.value, form: "unclean" };
  if ("error" in last) throw last.error;
  return last.value;
}

type Attempt<T> = { readonly value: T } | { readonly error: unknown };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/** Whether the output ends with a clean answer: one that no further output can complete. */
export function isCleanAnswer(output: string, event: JudgedEvent): boolean {
  const last = attempt(() => lastReply(output, event));
  return "value" in last && last.value.form === "clean";
}

/**
 * The answer of a program that has ended. It counts however the program ended, except for too much
 * output. Throws an `Error` with a short reason.
 */
export function answerOf(result: ProgramResult, event: JudgedEvent, bin: string, timeoutS: number): Reply {
  if (result.startError !== undefined) throw new Error(startFailure(result.startError, bin));
  if (result.stopped === "too much output") {
    throw new Error(`more than ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB of output`);
  }
  try {
    return readOutput(result.output, event);
  } catch (error) {
    throw new Error(endFailure(result, timeoutS) ?? messageOf(error), { cause: error });
  }
}

function startFailure(code: string, bin: string): string {
  switch (code) {
    case "ENOENT":
      return bin.includes("/") ? `\`${bin}\` or its interpreter does not exist` : `\`${bin}\` is not on PATH`;
    case "EACCES":
      return `\`${bin}\` is not executable`;
    default:
      return `\`${bin}\` cannot be started: ${code}`;
  }
}

/** How a program ended, where that explains a missing answer better than its output. */
function endFailure({ stopped, signal, exitCode }: ProgramResult, timeoutS: number): string | undefined {
  if (stopped === "timed out") return `timed out after ${timeoutS} s`;
  if (stopped === "silent") return "closed its stdout without an answer";
  if (signal !== undefined) return `ended by ${signal} without an answer`;
  if (exitCode !== 0) return `ended with code ${exitCode} without an answer`;
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "no answer";
}
