// `diff OLD NEW EVENTS…`: what a new policy decides differently.

import { closeSync, openSync } from "node:fs";
import type { Readable } from "node:stream";
import { FileInput } from "../../daemon/input/file-input.js";
import { streamChunks } from "../../daemon/input/stream-chunks.js";
import { Log } from "../../daemon/log.js";
import { showProgress } from "../../daemon/telemetry/progress-line.js";
import { refuseDirectory, runInput } from "../input.js";
import { CliError, colorsFor, type ExitCode, errorText, type Io } from "../io.js";
import { untilSignalled } from "../signals.js";
import { writeOut } from "../write.js";
import { Changes } from "./changes.js";
import { ComparedPolicies } from "./compared-policies.js";
import { JudgeThreads } from "./judge-threads.js";
import { lineBlocks } from "./line-blocks.js";
import type { DiffOptions } from "./options.js";
import { type DiffReport, isWeaker, jsonReport, markdownReport, textReport } from "./reports.js";

/** The name of stdin on the command line. */
const STDIN = "-";

/** Judges events by the rules of two policies, and prints what is different. */
export async function diff(
  [oldFile, newFile]: readonly [string, string],
  events: readonly string[],
  options: DiffOptions,
  io: Io,
): Promise<ExitCode> {
  const policies = await ComparedPolicies.open([oldFile, newFile], options.date);
  const { before, after } = policies;
  const changes = new Changes(before);
  const log = new Log(io.stderr);
  const threads = new JudgeThreads(policies, (block, judge) => changes.add(block, judge));
  const hideProgress = showProgress(log, () => ({ events: changes.events, count: changes.changed }), "changed");
  try {
    await untilSignalled(async (signal) => {
      const all = chunksOf(events.length === 0 ? [STDIN] : events, io, signal);
      for await (const lines of lineBlocks(all)) await threads.judge(lines);
      await threads.finish();
    });
  } finally {
    hideProgress();
    await threads.close();
  }
  const report: DiffReport = {
    old: { file: oldFile, failClosed: before.policy.failClosed },
    new: { file: newFile, failClosed: after.policy.failClosed },
    changes,
  };
  await writeOut(io.stdout, render(report, options, io));
  const hasChanged = changes.changed > 0 || before.policy.failClosed !== after.policy.failClosed;
  return (options.failOnChange && hasChanged) || (options.failOnWeaker && isWeaker(report)) ? 1 : 0;
}

/** The chunks of all inputs, with a line break between two of them. */
async function* chunksOf(files: readonly string[], io: Io, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield* chunksOfInput(file, io, signal);
    yield Uint8Array.of(0x0a);
  }
}

async function* chunksOfInput(file: string, io: Io, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const name = file === STDIN ? "stdin" : `\`${file}\``;
  let fd: number | undefined;
  try {
    if (file === STDIN) refuseDirectory(io);
    else fd = openSync(file, "r");
    const input: Readable | FileInput = fd === undefined ? runInput(io) : new FileInput(fd);
    yield* streamChunks(input, signal);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot read ${name}: ${errorText(error)}`, { cause: error });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function render(report: DiffReport, { format = "text" }: DiffOptions, { stdout, env }: Io): string {
  switch (format) {
    case "json":
      return jsonReport(report);
    case "markdown":
      return markdownReport(report);
    case "text":
      return textReport(report, colorsFor(stdout, env));
  }
}
