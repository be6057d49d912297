// Programs from npm packages: other runtimes, and a tool that makes executables.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { npmPackages, type Tool } from "./npm-packages.js";
import { must } from "./process.js";

/** The names of programs that are not called like their packages. */
const PROGRAMS: Partial<Record<Tool, string>> = { typescript: "tsc" };

/**
 * Returns the path of a tool's program. Rejects with the reason if the tool cannot be installed or
 * does not run.
 */
export async function npmProgram(tool: Tool): Promise<string> {
  const path = join(await npmPackages(tool), ".bin", PROGRAMS[tool] ?? tool);
  if (!existsSync(path)) throw new Error(`${tool} has no program for this machine`);
  await must(path, ["--help"]);
  return path;
}
