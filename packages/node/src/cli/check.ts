// `check FILE…`: reports problems of policies, and rules that are probably a mistake.

import { type Diagnostic, lint, PolicyError } from "@a3s-sentry/core";
import { readTests } from "@a3s-sentry/core/tools";
import { escapeTerminalJson } from "../util/escape-terminal.js";
import { formatCount } from "../util/format.js";
import { coloredFrame } from "./frame.js";
import { type Colors, colorsFor, type ExitCode, type Io } from "./io.js";
import { lookAt } from "./look-at.js";
import { writeOut } from "./write.js";

export interface CheckOptions {
  readonly date?: string;
  readonly json?: boolean;
}

interface Checked {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

export async function check(files: readonly string[], { date, json }: CheckOptions, io: Io): Promise<ExitCode> {
  const checked: Checked[] = [];
  for (const file of files) checked.push({ file, diagnostics: await checkFile(file, date) });
  const text = json
    ? `${escapeTerminalJson(JSON.stringify(checked, null, 2))}\n`
    : report(checked, colorsFor(io.stdout, io.env));
  await writeOut(io.stdout, text);
  return all(checked, "error").length > 0 ? 1 : 0;
}

/** A file that cannot be read is an error of that file; the others are still checked. */
async function checkFile(file: string, date: string | undefined): Promise<readonly Diagnostic[]> {
  try {
    const { source, options, files } = lookAt(file, { date });
    const problems = await lint(source, { ...options, ...files });
    const { diagnostics } = await readTests(source, options);
    return [...problems, ...diagnostics];
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics;
    throw error;
  }
}

function report(checked: readonly Checked[], colors: Colors): string {
  const frames = checked.flatMap(({ diagnostics }) => diagnostics).map((found) => `${coloredFrame(found, colors)}\n`);
  const errors = all(checked, "error").length;
  const warnings = all(checked, "warning").length;
  const found =
    errors + warnings === 0
      ? colors.green("no problems")
      : `${formatCount(errors, "error")}, ${formatCount(warnings, "warning")}`;
  return [...frames, `checked ${formatCount(checked.length, "file")}: ${found}\n`].join("\n");
}

function all(checked: readonly Checked[], severity: Diagnostic["severity"]): Diagnostic[] {
  return checked.flatMap(({ diagnostics }) => diagnostics).filter((diagnostic) => diagnostic.severity === severity);
}
