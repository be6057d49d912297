// Runs all commands but the answers of hooks, and reports their mistakes.

import { PolicyError } from "@a3s-sentry/core";
import { CommanderError } from "commander";
import { SettingsError } from "../daemon/config/settings-error.js";
import { escapeTerminalLines } from "../util/escape-terminal.js";
import { rootCommand } from "./commands.js";
import { CliError, colorsFor, type ExitCode, type Io } from "./io.js";
import { optimiseLater } from "./v8-flags.js";
import { writeOut } from "./write.js";

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };

/** The flags that need no command. */
const ROOT_FLAGS: ReadonlySet<string> = new Set(["-h", "--help", "-V", "--version"]);

/** The commands that read policies and judge few events. */
const SHORT_COMMANDS: ReadonlySet<string> = new Set(["check", "explain", "hook", "init", "packs", "test"]);

// A closed stderr must not end a run.
process.stderr.on("error", () => {});

/** Runs a command, and sets the exit code of the process. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  if (SHORT_COMMANDS.has(args[0] ?? "")) optimiseLater();
  process.exitCode = await exitCodeOf(args);
  // Pending output would keep the process alive if its reader no longer reads.
  if (process.stdout.writableLength > 0) process.exit();
}

async function exitCodeOf(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  let help = "";
  const end = (ended: ExitCode): void => {
    code = ended;
  };
  const print = (text: string): void => {
    help += text;
  };
  try {
    await rootCommand(io, end, print).parseAsync(withCommand(args), { from: "user" });
    return code;
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? await printHelp(help) : reportError(error);
  }
}

/**
 * Adds the command where none is given: `run` for piped events, the help on a terminal. `help` and
 * `help COMMAND` are read as `--help`.
 */
function withCommand(args: readonly string[]): readonly string[] {
  const [first, ...more] = args;
  if (first === "help") return [...more.slice(0, 1), "--help"];
  if (first !== undefined && (!first.startsWith("-") || ROOT_FLAGS.has(first))) return args;
  if (io.stdin.isTTY) return first === undefined ? ["--help"] : args;
  return ["run", ...args];
}

async function printHelp(help: string): Promise<ExitCode> {
  try {
    await writeOut(io.stdout, help);
    return 0;
  } catch (error) {
    return reportError(error);
  }
}

/** Prints a mistake of the user as a message, and a defect of this program with its stack. */
function reportError(error: unknown): ExitCode {
  if (error instanceof CommanderError) return 2;
  const isMistake = error instanceof CliError || error instanceof SettingsError || error instanceof PolicyError;
  const colors = colorsFor(io.stderr, io.env);
  const text = isMistake
    ? escapeTerminalLines(error.message)
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  io.stderr.write(`${colors.red(colors.bold("error:"))} ${text}\n`);
  return 2;
}
