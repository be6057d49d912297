// `convert FORMAT [FILE…]`: prints events of what other programs have recorded.

import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { Sentry } from "@a3s-sentry/core";
import { type ConvertedEvent, MalformedError } from "../../convert/converter.js";
import type { FormatName } from "../../convert/format-names.js";
import { CONVERTERS } from "../../convert/formats.js";
import { errnoOf } from "../../util/errno.js";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { formatCount, formatNumber } from "../../util/format.js";
import { refuseDirectory } from "../input.js";
import { CliError, type ExitCode, errorText, type Io } from "../io.js";
import { lineBatches } from "../line-batches.js";
import { writeOut } from "../write.js";

/** The name of stdin on the command line. */
const STDIN = "-";
/** The characters that are written at a time. */
const PART = 64 * 1024;
/** The start of a malformed line that is shown, in characters. */
const SHOWN = 100;
/** The start of a malformed line that is searched for secrets, in bytes: a cut secret may not be recognised. */
const SEARCHED = 1024;

interface Totals {
  lines: number;
  events: number;
  /** How many lines are malformed, by the reason. */
  readonly malformed: Map<string, number>;
}

export async function convert(format: FormatName, files: readonly string[], io: Io): Promise<ExitCode> {
  const totals: Totals = { lines: 0, events: 0, malformed: new Map() };
  for (const file of files.length === 0 ? [STDIN] : files) await convertInput(format, file, totals, io);
  const malformed = [...totals.malformed.values()].reduce((sum, count) => sum + count, 0);
  io.stderr.write(summary(totals, malformed));
  return malformed > 0 && totals.events === 0 ? 1 : 0;
}

/** Converts one input, until it ends or nobody reads the events. */
async function convertInput(format: FormatName, file: string, totals: Totals, io: Io): Promise<void> {
  const converter = CONVERTERS[format]();
  let text = "";
  let number = 0;
  const add = (events: readonly ConvertedEvent[]): void => {
    text += events.map(lineOf).join("");
    totals.events += events.length;
  };
  try {
    for await (const lines of lineBatches(inputOf(file, io))) {
      for (const line of lines) {
        number += 1;
        totals.lines += 1;
        try {
          if (line === null) throw new MalformedError("it has more than 32 MiB");
          add(converter.convert(line.toString("utf8")));
        } catch (error) {
          await report(reasonOf(error), file, number, line, totals, io);
        }
        if (text.length < PART) continue;
        if ((await writeOut(io.stdout, text)) === "closed") return;
        text = "";
      }
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new CliError(`cannot read \`${file}\`: ${errorText(error)}`, { cause: error });
  }
  add(converter.end());
  await writeOut(io.stdout, text);
}

/** Why a line is malformed. Rethrows a defect of this program. */
function reasonOf(error: unknown): string {
  if (error instanceof MalformedError) return error.message;
  // Only values of a line are walked by recursion, by the engine's own JSON.
  if (error instanceof RangeError) return "its values are nested too deeply";
  throw error;
}

function inputOf(file: string, io: Io): AsyncIterable<Buffer> {
  if (file !== STDIN) return createReadStream(file);
  refuseDirectory(io);
  return io.stdin as Readable & AsyncIterable<Buffer>;
}

/** Shows the first malformed line of each kind, without its secrets. All are counted. */
async function report(
  why: string,
  file: string,
  number: number,
  line: Buffer | null,
  { malformed }: Totals,
  io: Io,
): Promise<void> {
  const count = malformed.get(why) ?? 0;
  malformed.set(why, count + 1);
  if (count > 0) return;
  const place = file === STDIN ? `line ${formatNumber(number)}` : `${escapeTerminal(file)}:${number}`;
  const start = (line ?? Buffer.alloc(0)).toString("utf8", 0, SEARCHED);
  const shown = escapeTerminal((await withoutSecrets(start)).slice(0, SHOWN));
  io.stderr.write(`warning: ${place} is not converted: ${why} (further ones are counted)\n  ${shown}\n`);
}

async function withoutSecrets(text: string): Promise<string> {
  const sentry = await Sentry.create({}, { sae: null });
  const masked = sentry.withoutSecrets(text);
  sentry.close();
  return masked;
}

function summary({ lines, events, malformed }: Totals, count: number): string {
  const reasons = [...malformed].map(([why, number]) => `  ${formatNumber(number)}: ${why}\n`);
  const skipped = count === 0 ? "" : `; ${formatCount(count, "line")} malformed:`;
  return `${formatCount(lines, "line")}, ${formatCount(events, "event")}${skipped}\n${reasons.join("")}`;
}

/** The line of an event, without the members that are unknown. */
function lineOf({ identity, process, event }: ConvertedEvent): string {
  const isKnown = Object.values(identity ?? {}).some((value) => value !== undefined);
  return `${JSON.stringify({ ...(isKnown && { identity }), process, event })}\n`;
}
