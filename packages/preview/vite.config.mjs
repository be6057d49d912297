// Builds the page and the web component into `site/`, and configures the tests of this package.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { lezer } from "@lezer/generator/rollup";
import { defineConfig } from "vitest/config";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));

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
      return `export default ${JSON.stringify(deflateRawSync(module, { level: 9 }).toString("base64"))};`;
    },
  };
}

export default defineConfig({
  root: place("."),
  base: "./",
  plugins: [lezer()],
  worker: { format: "es", plugins: () => [inlineWasm()] },
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
    testTimeout: 30_000,
    hookTimeout: 120_000,
    globalSetup: [place("../../scripts/lib/bundle.mjs"), place("../../scripts/lib/site.mjs")],
  },
});
