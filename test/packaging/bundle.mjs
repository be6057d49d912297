// Bundles an entry into one file, for the web or the edge: `node bundle.mjs ENTRY OUTPUT
// [CONDITION…]`. A `.wasm` module stays an import of `./sentry.wasm`, which the platform resolves.

import { basename, dirname } from "node:path";
import process from "node:process";
import { build } from "vite";

const [entry, output, ...conditions] = process.argv.slice(2);
const keepWasm = {
  name: "keep-wasm",
  enforce: "pre",
  resolveId: (id) => (id.endsWith(".wasm") ? { id: "./sentry.wasm", external: true } : null),
};

await build({
  root: dirname(entry),
  configFile: false,
  logLevel: "error",
  plugins: [keepWasm],
  resolve: { conditions: [...conditions, "module", "browser"] },
  build: {
    outDir: dirname(output),
    emptyOutDir: false,
    target: "es2022",
    minify: false,
    lib: { entry, formats: ["es"], fileName: () => basename(output) },
    rollupOptions: { output: { inlineDynamicImports: true } },
  },
});
