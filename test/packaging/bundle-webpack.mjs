// Bundles a program for Node.js into one file with webpack, as for production: `node
// bundle-webpack.mjs NODE_MODULES ENTRY OUTPUT`. Fails if webpack reports an error or a warning.

import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import process from "node:process";

const [modules, entry, output] = process.argv.slice(2);
const webpack = createRequire(join(modules, "main.js"))("webpack");
const isModule = output.endsWith(".mjs");

webpack(
  {
    mode: "production",
    entry,
    target: "node20",
    output: {
      path: dirname(output),
      filename: basename(output),
      ...(isModule && { module: true, library: { type: "module" } }),
    },
    experiments: { outputModule: isModule },
    plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
  },
  (error, stats) => {
    const failed = error !== null || stats.hasErrors() || stats.hasWarnings();
    process.stdout.write(`${error ?? stats.toString({ colors: false })}\n`);
    process.exitCode = failed ? 1 : 0;
  },
);
