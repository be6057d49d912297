#!/usr/bin/env node
// The command `a3s-sentry`.

import { PolicyError } from "@a3s-sentry/core";
import { CommanderError } from "commander";
import { SettingsError } from "../daemon/config/settings-error.js";
import { escapeTerminalLines } from "../util/escape-terminal.js";
import { program } from "./commands.js";
import { CliError, colorsFor, type ExitCode, type Io } from "./io.js";
import { writeOut } from "./write.js";

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };

// A stderr that nobody reads any more must not end a run.
process.stderr.on("error", () => {});

process.exitCode = await main(process.argv.slice(2));
// What a reader has stopped taking would keep the process for good.
if (process.stdout.writableLength > 0) process.exit();

async function main(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  let help = "";
  const end = (ended: ExitCode): void => {
    code = ended;
  };
  const print = (text: string): void => {
    help += text;
  };
  try {
    await program(io, end, print).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? await shown(help) : told(error);
  }
}

async function shown(help: string): Promise<ExitCode> {
  try {
    await writeOut(io.stdout, help);
    return 0;
  } catch (error) {
    return told(error);
  }
}

/** Says what went wrong: a mistake in words, a defect of this program with its stack. */
function told(error: unknown): ExitCode {
  if (error instanceof CommanderError) return 2;
  const mistake = error instanceof CliError || error instanceof SettingsError || error instanceof PolicyError;
  const colors = colorsFor(io.stderr, io.env);
  const text = mistake
    ? escapeTerminalLines(error.message)
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  io.stderr.write(`${colors.red(colors.bold("error:"))} ${text}\n`);
  return 2;
}
