// Bundles the entry points of the packages: one file and few chunks load much faster than a module
// for each source file.
//
// tsc writes a JavaScript file for each source file to `dist/`. The files that programs load are
// then replaced by bundles; the others serve the tests.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { isUpToDate } from "./files.mjs";
import { root } from "./paths.mjs";

/** The folder in `dist/` for what several entry points share. */
const CHUNKS = "chunks";

/** In each bundle, before the link to its source map. */
const MARK = "// Bundled by scripts/lib/bundle.mjs.";

/** By package, the entry points: what package.json exports, and what is started as a process or thread of its own. */
const ENTRIES = {
  core: [
    ...["browser", "edge-light", "node", "slim", "workerd"].map((entry) => `entry/${entry}`),
    "ai-sdk/index",
    "host",
    "llm/index",
    "tools/index",
  ],
  node: [
    "index",
    "host",
    "cli/main",
    "agent/main",
    "daemon/judging/pool/worker",
    "cli/diff/judge-worker",
    "cli/replay/replay-worker",
    "l3/reaper-process",
  ],
  fleet: ["index"],
};

/** Files that belong to one entry point of the core. */
const OF_ONE_ENTRY =
  /^(?:entry\/(?:browser|edge-light|node|prepared-module|slim|workerd)|host|(?:ai-sdk|llm)\/[\w-]+)\.ts$/;

/** Files that only policies in git need. */
const OF_TOOLS = /^(?:tools\/[\w/-]+\.ts|generated\/programs\.ts|\.\.\/wasm\/sentry_tools\.js)$/;

/** By package, the name of the chunk for a source file; undefined where the bundler decides. */
const CHUNK_OF = {
  core: (file) => (OF_ONE_ENTRY.test(file) ? undefined : OF_TOOLS.test(file) ? "tools" : "core"),
  // What the bundler would put into an entry point, or into many small chunks.
  node: (file) => {
    if (/^(?:policy|enforcer)\/|^(?:sentry|tiers)\.ts$/.test(file)) return "sentry";
    if (file === "guard/hosts/host-names.ts") return "host-names";
    // All that a hook loads where a resident judge runs: one file, without the rule engine.
    if (
      /^guard\/(?:hosts\/|(?:client|home-folder|protocol|sockets|trusted-path)\.ts$)|^cli\/hook\/[\w-]+\.ts$/.test(file)
    ) {
      return file.endsWith("/own-guard.ts") ? undefined : "hook";
    }
    if (
      /^cli\/(?:io|write|commands|policy-commands|guard-commands|hook-commands|fleet-commands|(?:diff|init|packs|test)\/options|date-option|completion\/scripts)\.ts$|^daemon\/config\/(?:words|settings-error)\.ts$/.test(
        file,
      )
    )
      return "command";
    return file.startsWith("util/") ? "util" : undefined;
  },
  fleet: () => undefined,
};

/** Replaces the entry points in `dist/` by bundles, unless they are up to date. */
export async function bundlePackages() {
  for (const name of Object.keys(ENTRIES)) await bundlePackage(name);
}

export { bundlePackages as setup };

async function bundlePackage(name) {
  const folder = join(root, "packages", name);
  const [src, dist] = [join(folder, "src"), join(folder, "dist")];
  const outputs = ENTRIES[name].map((entry) => join(dist, `${entry}.js`));
  const sources = readdirSync(src, { recursive: true }).map((file) => join(src, file));
  // The glue of the wasm module is part of the core's bundles.
  const wasm = join(folder, "wasm");
  const glue = existsSync(wasm) ? readdirSync(wasm).map((file) => join(wasm, file)) : [];
  const inputs = [...sources, ...glue, fileURLToPath(import.meta.url)];
  if (outputs.every(isBundle) && isUpToDate(outputs, inputs)) return;
  const files = await filesOf(name, src, dist);
  const chunks = join(dist, CHUNKS);
  const old = existsSync(chunks) ? readdirSync(chunks).map((file) => `${CHUNKS}/${file}`) : [];
  for (const [file, text] of files) replace(join(dist, file), text);
  for (const file of old) if (!files.has(file)) rmSync(join(dist, file));
}

/** Whether the file is a bundle, and not what tsc makes of the same source file. */
function isBundle(file) {
  return existsSync(file) && readFileSync(file, "utf8").includes(MARK);
}

/** The files of the bundles with their texts, by their paths in `dist`. */
async function filesOf(name, src, dist) {
  const { output } = await build({
    root: src,
    configFile: false,
    logLevel: "warn",
    plugins: [filesBeside(src)],
    build: {
      ssr: true,
      write: false,
      outDir: dist,
      emptyOutDir: false,
      target: "es2022",
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: Object.fromEntries(ENTRIES[name].map((entry) => [entry, join(src, `${entry}.ts`)])),
        external: (id) => !/^[./\0]/.test(id),
        output: {
          entryFileNames: "[name].js",
          chunkFileNames: `${CHUNKS}/[name]-[hash].js`,
          hoistTransitiveImports: false,
          manualChunks: (id) => CHUNK_OF[name](relative(src, id).replaceAll("\\", "/")),
        },
      },
    },
  });
  const textOf = (file) => (file.type === "chunk" ? file.code.replace(/^\/\/# source/m, `${MARK}\n$&`) : file.source);
  return new Map(output.map((file) => [file.fileName, textOf(file)]));
}

/**
 * Leaves the modules that find other files of the package by their own place where they are.
 * @param {string} src @returns {import("vite").Plugin}
 */
function filesBeside(src) {
  return {
    name: "files-beside",
    enforce: "pre",
    resolveId(id) {
      const file = /^\.\.\/\.\.\/(wasm\/sentry_(?:core|tools)_.*)$/.exec(id)?.[1];
      if (file !== undefined) return { id: join(src, "..", file), external: "relative" };
      return id.endsWith("/util/own-file.js") ? { id: join(src, "util/own-file.js"), external: "relative" } : null;
    },
  };
}

/** By a rename: a reader never sees half of a file. */
function replace(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
