// Builds a web application with Vite, as for production: `node bundle-web.mjs ENTRY FOLDER`.

import { dirname } from "node:path";
import process from "node:process";
import { build } from "vite";

const [input, outDir] = process.argv.slice(2);

await build({
  root: dirname(input),
  configFile: false,
  logLevel: "error",
  build: { outDir, target: "es2022", rollupOptions: { input } },
});
