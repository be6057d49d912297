// Programs from npm packages: other runtimes, and a tool that makes executables.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.js";
import { must } from "./process.js";

const VERSIONS = { deno: "2.9.6", bun: "1.4.5", workerd: "1.20261117.1", postject: "1.0.0-alpha.6" } as const;

/**
 * Installs a program from its npm package into the cache on first use, and returns its path.
 * Rejects with the reason if it cannot be installed or does not run.
 */
export async function npmProgram(name: keyof typeof VERSIONS): Promise<string> {
  const version = VERSIONS[name];
  const folder: string = await cached(`${name}-${version}`, async (folder: string) => {
    const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-package-lock", `${name}@${version}`];
    await must("npm", args, { cwd: folder, timeout: 200_000 }).catch((error: unknown) => {
      throw new Error(`${name} ${version} cannot be installed: ${String(error)}`);
    });
  });
  const path = join(folder, "node_modules", ".bin", name);
  if (!existsSync(path)) throw new Error(`${name} ${version} has no program for this machine`);
  await must(path, ["--help"]);
  return path;
}
