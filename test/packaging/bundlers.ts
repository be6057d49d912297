// Bundles a program for Node.js into one file, with each of the usual bundlers.

import { fileURLToPath } from "node:url";
import { npmPackages } from "./npm-packages.js";
import { npmProgram } from "./npm-program.js";
import { must } from "./process.js";

export const BUNDLERS = ["esbuild", "vite", "webpack"] as const;
export type Bundler = (typeof BUNDLERS)[number];

/**
 * Writes the bundle: an ES module if the output ends in `.mjs`, otherwise CommonJS. Rejects with
 * the bundler's output if it fails, for webpack also if it warns, and with the reason if the
 * bundler cannot be installed.
 */
export async function bundleWith(bundler: Bundler, entry: string, output: string): Promise<void> {
  const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  switch (bundler) {
    case "esbuild": {
      const format = output.endsWith(".mjs") ? "esm" : "cjs";
      const flags = ["--bundle", "--platform=node", `--format=${format}`, `--outfile=${output}`];
      await must(await npmProgram("esbuild"), [entry, ...flags]);
      break;
    }
    case "vite":
      await must(process.execPath, [script("bundle-node.mjs"), entry, output]);
      break;
    case "webpack":
      await must(process.execPath, [script("bundle-webpack.mjs"), await npmPackages("webpack"), entry, output]);
      break;
  }
}
