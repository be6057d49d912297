// Bundles a program for Node.js into one file: `node bundle-node.mjs ENTRY OUTPUT`. It is an ES
// module if the output ends in `.mjs`, otherwise CommonJS.

import { basename, dirname } from "node:path";
import process from "node:process";
import { build } from "vite";

const [entry, output] = process.argv.slice(2);
const format = output.endsWith(".mjs") ? "es" : "cjs";

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
    rollupOptions: { output: { format, entryFileNames: basename(output), inlineDynamicImports: true } },
  },
});
