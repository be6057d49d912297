// `fmt FILE…`: formats policies in the one style, or reports which are not.

import { extname } from "node:path";
import { PolicyError } from "@a3s-sentry/core";
import { format } from "@a3s-sentry/core/tools";
import { readPolicyFile } from "../policy/policy-file.js";
import { escapeTerminal } from "../util/escape-terminal.js";
import { formatCount } from "../util/format.js";
import { replaceFile } from "../util/replace-file.js";
import { coloredFrame } from "./frame.js";
import { readAll } from "./input.js";
import { CliError, colorsFor, type ExitCode, errorText, type Io } from "./io.js";
import { writeOut } from "./write.js";

export interface FmtOptions {
  readonly check?: boolean;
}

/** The name of stdin on the command line. */
const STDIN = "-";

/** What has become of a file. */
type Outcome = "unchanged" | "changed" | "failed";

/**
 * Writes each file that is not formatted, and prints its name; `-` is stdin, formatted to stdout.
 * With `--check`, nothing is written. A file that cannot be formatted stays, and the others go on.
 */
export async function fmt(files: readonly string[], options: FmtOptions, io: Io): Promise<ExitCode> {
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(await formatFile(file, options, io));
  if (outcomes.includes("failed")) return 2;
  const changed = outcomes.filter((outcome) => outcome === "changed").length;
  if (!options.check || changed === 0) return 0;
  const verb = changed === 1 ? "is" : "are";
  io.stderr.write(`${formatCount(changed, "file")} ${verb} not formatted: run \`a3s-sentry fmt\`\n`);
  return 1;
}

async function formatFile(file: string, { check }: FmtOptions, io: Io): Promise<Outcome> {
  try {
    const source = await read(file, io);
    const text = await format(source, { name: file === STDIN ? "stdin" : file });
    if (file === STDIN && !check) await writeOut(io.stdout, text);
    if (text === source) return "unchanged";
    if (check || file !== STDIN) await writeOut(io.stdout, `${escapeTerminal(file)}\n`);
    if (!check && file !== STDIN) write(file, text);
    return "changed";
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const colors = colorsFor(io.stderr, io.env);
    for (const found of error.diagnostics) io.stderr.write(`${coloredFrame(found, colors)}\n\n`);
    return "failed";
  }
}

async function read(file: string, io: Io): Promise<string> {
  if (file === STDIN) return (await readAll(io.stdin, "stdin")).toString("utf8");
  if (extname(file).toLowerCase() === ".toml") {
    throw new CliError(`cannot format \`${file}\`: \`fmt\` formats ACL, and this is TOML`);
  }
  return readPolicyFile(file);
}

function write(file: string, text: string): void {
  try {
    replaceFile(file, text);
  } catch (error) {
    throw new CliError(`cannot write \`${file}\`: ${errorText(error)}`, { cause: error });
  }
}
