// What an investigator answered, or in a few words why it did not.

import type { JudgedEvent } from "@a3s-sentry/core";
import { type Reply, readReply, refuseEcho } from "@a3s-sentry/core/llm";
import { MAX_OUTPUT_BYTES } from "./output.js";
import type { Ran } from "./run-program.js";

/**
 * The answer in what a program or a model wrote: the JSON object that begins the last line which begins with one, or, where none
 * does, the only one there is. Prose, a code fence, lines of a log or thoughts may surround it, and the event that was judged, whose own
 * answer it is not.
 * Throws an `Error` that says what is wrong.
 */
function readOutput(output: string, { subject, line, recent = [] }: JudgedEvent): Reply {
  const reply = readReply(output.slice(output.lastIndexOf("\n{") + 1));
  refuseEcho(reply, subject, line, ...recent);
  return reply;
}

export function isAnswer(output: string, event: JudgedEvent): boolean {
  try {
    readOutput(output, event);
    return true;
  } catch {
    return false;
  }
}

/**
 * The answer of a program that has ended. One that has answered counts, however the program came to its end, unless that was too much
 * output. Throws an `Error` with a short reason.
 */
export function answerOf(ran: Ran, event: JudgedEvent, bin: string, timeoutS: number): Reply {
  if (ran.notStarted !== undefined) throw new Error(startFailure(ran.notStarted, bin));
  if (ran.stopped === "too much output") {
    throw new Error(`more than ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB of output`);
  }
  try {
    return readOutput(ran.output, event);
  } catch (error) {
    throw new Error(endWithout(ran, timeoutS) ?? why(error), { cause: error });
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

/** How a program without an answer ended, where that tells more than its output. */
function endWithout({ stopped, signal, exitCode }: Ran, timeoutS: number): string | undefined {
  if (stopped === "timed out") return `timed out after ${timeoutS} s`;
  if (stopped === "silent") return "closed its stdout without an answer";
  if (signal !== undefined) return `ended by ${signal} without an answer`;
  if (exitCode !== 0) return `ended with code ${exitCode} without an answer`;
  return undefined;
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : "no answer";
}
