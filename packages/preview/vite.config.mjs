// Builds the page and the web component into `site/`, and configures the tests of this package.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lezer } from "@lezer/generator/rollup";
import { defineConfig } from "vitest/config";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const tools = place("../core/wasm/sentry_tools_inline.js");

/** What only code shows of a byte: the other units are in a string as they are. */
const ESCAPES = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r" };

/** Bytes as a string of code, one unit for each: compressed, it is a fifth smaller than base64. */
const stringOf = (bytes) => `"${bytes.toString("latin1").replaceAll(/[\\"\n\r]/g, (unit) => ESCAPES[unit])}"`;

/** The modules, as the sources import them. */
const wasmModules = {
  "virtual:wasm": { bytes: () => readFileSync(place("../core/wasm/sentry_core_bg.wasm")), code: (text) => text },
  // The core has it as base64, which it decodes itself.
  "sentry_tools_inline.js": {
    bytes: () =>
      Buffer.from(/["'`]([A-Za-z0-9+/=]{1000,})["'`]/.exec(readFileSync(tools, "utf8"))?.[1] ?? "", "base64"),
    code: (text) => `btoa(${text})`,
  },
};

/**
 * The wasm modules as code: a page without connections cannot fetch them. They get into the bundle
 * after it is minified, which would escape them. @returns {import("vite").Plugin}
 */
function inlineWasm() {
  const nameOf = (id) => Object.keys(wasmModules).find((name) => id.endsWith(name));
  return {
    name: "inline-wasm",
    enforce: "pre",
    resolveId: (id) => (id === "virtual:wasm" ? `\0${id}` : null),
    load: (id) => {
      const name = nameOf(id);
      return name === undefined ? null : `export default ${wasmModules[name].code(`"wasm of ${name}"`)};`;
    },
    generateBundle: (_, bundle) => {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        chunk.code = chunk.code.replace(/(["'`])wasm of ([\w.:]+)\1/, (_text, _quote, name) =>
          stringOf(wasmModules[name].bytes()),
        );
      }
    },
  };
}

/** Lets the browser load the page's own code while the first script starts the worker. @returns {import("vite").Plugin} */
function preloadPage() {
  return {
    name: "preload-page",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const chunks = Object.values(bundle);
        const opened = chunks.find(({ name, isDynamicEntry }) => name === "open" && isDynamicEntry);
        const files = [opened.fileName, ...opened.imports].filter((file) => !html.includes(file));
        return files.map((file) => ({
          tag: "link",
          attrs: { rel: "modulepreload", href: `./${file}` },
          injectTo: "head",
        }));
      },
    },
  };
}

export default defineConfig({
  root: place("."),
  base: "./",
  plugins: [lezer(), preloadPage()],
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
    // A loaded machine must not decide a test.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    globalSetup: [place("../../scripts/lib/bundle.mjs"), place("../../scripts/lib/site.mjs")],
  },
});
