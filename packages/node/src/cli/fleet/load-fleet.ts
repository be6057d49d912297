// Loads the commands of a fleet: the package `@a3s-sentry/fleet`, where it is installed.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError, type ExitCode, type Io } from "../io.js";

const PACKAGE = "@a3s-sentry/fleet";

/** What the package exports: by the name of a command, its code. */
type FleetCommands = Readonly<Record<string, unknown>>;

/** Runs a command of the fleet. Throws a `CliError` if the package is not installed, here or beside this one. */
export async function runFleet(command: string, args: readonly unknown[], io: Io): Promise<ExitCode> {
  const commands = (await import(pathToFileURL(findPackage()).href)) as FleetCommands;
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

/** The path of the package's code. */
function findPackage(): string {
  // Bundled as CommonJS, this module has no URL.
  const own: string | undefined = import.meta.url;
  for (const from of [...(own === undefined ? [] : [own]), join(process.cwd(), "package.json")]) {
    try {
      return createRequire(from).resolve(PACKAGE);
    } catch {
      // Not installed there.
    }
  }
  throw new CliError(`this command needs the package \`${PACKAGE}\`: install it beside \`a3s-sentry\``);
}
