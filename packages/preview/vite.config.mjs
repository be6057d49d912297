// Builds the page and the web component into `site/`, and configures the tests of this package.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { lezer } from "@lezer/generator/rollup";
import { defineConfig } from "vitest/config";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));

const deflated = (bytes) => JSON.stringify(deflateRawSync(bytes, { level: 9 }).toString("base64"));

/**
 * The wasm module as code: a page without connections cannot fetch it. Deflated, it is a third of its
 * size. @returns {import("vite").Plugin}
 */
function inlineWasm() {
  return {
    name: "inline-wasm",
    resolveId: (id) => (id === "virtual:wasm" ? `\0${id}` : null),
    load: (id) => {
      if (id !== "\0virtual:wasm") return null;
      const module = readFileSync(place("../core/wasm/sentry_core_bg.wasm"));
      return `export default ${deflated(module)};`;
    },
  };
}

/** The wasm module of the tools is code of the core already: here it is deflated too. @returns {import("vite").Plugin} */
function deflatedTools() {
  return {
    name: "deflated-tools",
    transform: (code, id) => {
      if (!id.endsWith("/wasm/sentry_tools_inline.js")) return null;
      const base64 = /["'`]([A-Za-z0-9+/=]{1000,})["'`]/.exec(code)?.[1];
      if (base64 === undefined) throw new Error(`${id} does not hold a module as base64`);
      return `import { inflated } from ${JSON.stringify(place("src/judge/inflate.ts"))};
let text = "";
for (const byte of new Uint8Array(await inflated(${deflated(Buffer.from(base64, "base64"))}))) text += String.fromCharCode(byte);
export default btoa(text);`;
    },
  };
}

export default defineConfig({
  root: place("."),
  base: "./",
  plugins: [lezer()],
  worker: { format: "es", plugins: () => [inlineWasm(), deflatedTools()] },
  build: {
    outDir: "site",
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: { index: place("index.html"), "sentry-preview": place("src/sentry-preview.ts") },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: ({ name }) => (name === "sentry-preview" ? "[name].js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  test: {
    name: "preview",
    root: place("test"),
    include: ["**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: [place("../../scripts/lib/bundle.mjs"), place("../../scripts/lib/site.mjs")],
  },
});
