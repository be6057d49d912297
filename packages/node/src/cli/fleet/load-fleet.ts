// Loads the commands of a fleet: the package `@a3s-sentry/fleet`, where it is installed.

import { CliError, type ExitCode, type Io } from "../io.js";

const PACKAGE = "@a3s-sentry/fleet";

/** What the package exports: by the name of a command, its code. */
type FleetCommands = Readonly<Record<string, unknown>>;

/** Runs a command of the fleet. Throws a `CliError` if the package is not installed beside this one. */
export async function runFleet(command: string, args: readonly unknown[], io: Io): Promise<ExitCode> {
  const commands = await load();
  const run = commands[command];
  if (typeof run !== "function") {
    throw new CliError(
      `the package \`${PACKAGE}\` has no command \`${command}\`: install the version of \`a3s-sentry\``,
    );
  }
  try {
    return await run(...args, io);
  } catch (error) {
    // The package may have brought another copy of this one, with a class of its own.
    if (error instanceof Error && error.name === "CliError") throw new CliError(error.message, { cause: error });
    throw error;
  }
}

/** Found from this package alone: the folder that a command runs in may be one that an agent writes to. */
async function load(): Promise<FleetCommands> {
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ PACKAGE)) as FleetCommands;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing || !error.message.includes(`'${PACKAGE}'`)) throw error;
    throw new CliError(`this command needs the package \`${PACKAGE}\`: install it beside \`a3s-sentry\``);
  }
}
