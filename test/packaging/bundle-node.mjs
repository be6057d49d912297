// Bundles an application for Node.js into one CommonJS file: `node bundle-node.mjs ENTRY OUTPUT`.

import { basename, dirname } from "node:path";
import process from "node:process";
import { build } from "vite";

const [entry, output] = process.argv.slice(2);

await build({
  root: dirname(entry),
  configFile: false,
  logLevel: "error",
  ssr: { noExternal: true, target: "node" },
  build: {
    ssr: entry,
    outDir: dirname(output),
    emptyOutDir: false,
    target: "node20",
    minify: false,
    rollupOptions: { output: { format: "cjs", entryFileNames: basename(output), inlineDynamicImports: true } },
  },
});
