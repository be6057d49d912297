// Bundles the entry points of the packages: one file and few chunks load much faster than a module
// for each source file.
//
// tsc writes a JavaScript file for each source file to `dist/`. The files that programs load are
// then replaced by bundles; the others serve the tests.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "vite";
import { isUpToDate } from "./files.mjs";
import { OF_HOOK, PATHS_OF_OTHERS, partsOfHook } from "./hook-parts.mjs";
import { root } from "./paths.mjs";

/** The folder in `dist/` for what several entry points share. */
const CHUNKS = "chunks";

/** In each bundle, before the link to its source map. */
const MARK = "// Bundled by scripts/lib/bundle.mjs.";

const EXTENSIONS = { es: ".js", cjs: ".cjs" };

/**
 * What is bundled: of a package, the entry points that package.json exports, or that are started as a process or thread
 * of their own. The command is CommonJS, since Node.js needs a quarter more time to start with an ES module, and a hook
 * runs before each action of an agent. It has the code of the core that a hook needs.
 */
const BUNDLES = [
  {
    name: "core",
    format: "es",
    entries: [
      ...["browser", "edge-light", "node", "slim", "workerd"].map((entry) => `entry/${entry}`),
      "ai-sdk/index",
      "host",
      "llm/index",
      "tools/index",
    ],
  },
  {
    name: "node",
    format: "es",
    entries: [
      "index",
      "host",
      "cli/command-line",
      "agent/main",
      "claude-agent-sdk/index",
      "daemon/judging/pool/worker",
      "cli/diff/judge-worker",
      "cli/replay/replay-worker",
      "l3/reaper-process",
      "l3/tier",
      "l3/unavailable",
    ],
  },
  { name: "node", format: "cjs", entries: ["cli/main"] },
  { name: "fleet", format: "es", entries: ["index"] },
];

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
      /^cli\/(?:io|v8-flags|write|commands|policy-commands|guard-commands|hook-commands|fleet-commands|(?:diff|init|packs|test)\/options|date-option|completion\/scripts)\.ts$|^daemon\/config\/(?:words|settings-error)\.ts$/.test(
        file,
      )
    )
      return "command";
    // `node:crypto` takes long to load.
    return file.startsWith("util/") && file !== "util/same-secret.ts" ? "util" : undefined;
  },
  fleet: () => undefined,
};

/** Replaces the entry points in `dist/` by bundles, unless they are up to date. */
export async function bundlePackages() {
  for (const bundle of BUNDLES) await bundlePackage(bundle);
}

export { bundlePackages as setup };

/** @param {Bundle} bundle @typedef {{ name: string, format: "es" | "cjs", entries: string[] }} Bundle */
async function bundlePackage(bundle) {
  const { name, format, entries } = bundle;
  const extension = EXTENSIONS[format];
  const dist = join(root, "packages", name, "dist");
  const outputs = entries.map((entry) => join(dist, `${entry}${extension}`));
  // Bundles of CommonJS have code of the core.
  const packages = format === "cjs" ? ["core", name] : [name];
  const own = ["bundle.mjs", "hook-parts.mjs"].map((file) => join(root, "scripts", "lib", file));
  const inputs = [...packages.flatMap(sourcesOf), ...own];
  if (outputs.every(isBundle) && isUpToDate(outputs, inputs)) return;
  const files = await filesOf(bundle, join(root, "packages", name, "src"), dist);
  const chunks = join(dist, CHUNKS);
  const old = existsSync(chunks)
    ? readdirSync(chunks).filter((file) => file.replace(/\.map$/, "").endsWith(extension))
    : [];
  for (const [file, text] of files) replace(join(dist, file), text);
  for (const file of old.map((chunk) => `${CHUNKS}/${chunk}`)) if (!files.has(file)) rmSync(join(dist, file));
}

/** The files that a package's bundles are made of. The glue of the wasm module is part of those of the core. */
function sourcesOf(name) {
  const folders = ["src", "wasm"].map((folder) => join(root, "packages", name, folder)).filter(existsSync);
  return folders.flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, file)));
}

/** Whether the file is a bundle, and not what tsc makes of the same source file. */
function isBundle(file) {
  return existsSync(file) && readFileSync(file, "utf8").includes(MARK);
}

/** The files of a bundle with their texts, by their paths in `dist`. @param {Bundle} bundle */
async function filesOf({ name, format, entries }, src, dist) {
  const extension = EXTENSIONS[format];
  const { output } = await build({
    root: src,
    configFile: false,
    logLevel: "warn",
    // A text with other characters takes twice the memory, and longer to read.
    esbuild: { charset: "ascii" },
    plugins: [format === "cjs" ? partsOfHook(src) : filesBeside(src)],
    build: {
      ssr: true,
      write: false,
      outDir: dist,
      emptyOutDir: false,
      target: "es2022",
      // A hook starts before each action of an agent, and shorter code starts faster.
      minify: format === "cjs",
      sourcemap: true,
      rollupOptions: {
        input: Object.fromEntries(entries.map((entry) => [entry, join(src, `${entry}.ts`)])),
        external: (id) => !/^[./\0]/.test(id) && !(format === "cjs" && OF_HOOK.test(id)),
        output: {
          format,
          entryFileNames: `[name]${extension}`,
          chunkFileNames: `${CHUNKS}/[name]-[hash]${extension}`,
          hoistTransitiveImports: false,
          paths: format === "cjs" ? PATHS_OF_OTHERS : {},
          manualChunks: format === "es" ? (id) => CHUNK_OF[name](relative(src, id).replaceAll("\\", "/")) : undefined,
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
