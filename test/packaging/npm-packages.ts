// Tools from npm that only these tests use: other runtimes, bundlers, frameworks and test runners.

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.js";
import { must } from "./process.js";

/** The packages of each tool, in pinned versions; the tool's own package is the first. */
const TOOLS = {
  bun: ["bun@1.4.5"],
  chromium: ["@sparticuz/chromium@153.0.0"],
  deno: ["deno@2.9.6"],
  esbuild: ["esbuild@0.28.2"],
  jest: ["jest@30.5.2", "jest-environment-jsdom@30.5.2"],
  next: ["next@16.4.6", "react@19.3.1", "react-dom@19.3.1"],
  postject: ["postject@1.0.0-alpha.6"],
  typescript: ["typescript@5.9.3"],
  webpack: ["webpack@5.113.0"],
  workerd: ["workerd@1.20261117.1"],
} as const;

export type Tool = keyof typeof TOOLS;

/**
 * Installs a tool into the cache on first use, and returns its `node_modules`. Rejects with the
 * reason if it cannot be installed.
 */
export async function npmPackages(tool: Tool): Promise<string> {
  const [main, ...others] = TOOLS[tool];
  const folder: string = await cached(main.replaceAll(/[@/]/g, "-"), async (folder: string) => {
    const flags = ["--no-audit", "--no-fund", "--no-package-lock"];
    const args = ["install", "--prefix", folder, ...flags, main, ...others];
    await must("npm", args, { cwd: folder, timeout: 200_000 }).catch((error: unknown) => {
      throw new Error(`${main} cannot be installed: ${String(error)}`);
    });
  });
  return join(folder, "node_modules");
}

/** Makes a tool's packages importable from the files of a folder. */
export async function linkPackages(tool: Tool, folder: string): Promise<void> {
  symlinkSync(await npmPackages(tool), join(folder, "node_modules"));
}
