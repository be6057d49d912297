// Builds the page of the preview, unless it is up to date.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { isUpToDate } from "./files.mjs";
import { root, wasmFolder } from "./paths.mjs";
import { must } from "./processes.mjs";

const folder = join(root, "packages", "preview");
const policies = join(root, "examples", "policies");

/** Builds `packages/preview/site/` from the core and the sources of the page. */
export async function buildSite() {
  const filesIn = (place) => readdirSync(place, { recursive: true }).map((file) => join(place, file));
  const core = [join(wasmFolder, "sentry_core_bg.wasm"), join(root, "packages", "core", "dist", "entry", "slim.js")];
  const own = ["index.html", "package.json", "vite.config.mjs"].map((file) => join(folder, file));
  const inputs = [...own, ...filesIn(join(folder, "src")), ...core, ...filesIn(policies)];
  const site = join(folder, "site");
  if (isUpToDate([join(site, "index.html"), join(site, "sentry-preview.js")], inputs)) return;
  // A process of its own: vitest sets `NODE_ENV`, and libraries then contain checks for development.
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const todo = "fix the errors above, then run this again";
  const options = { cwd: folder, env: { NODE_ENV: "production" } };
  await must("building the page", todo, process.execPath, [vite, "build", "--logLevel", "warn"], options);
  await Promise.all(
    filesIn(site)
      .filter((file) => /\.(?:css|js)$/.test(file))
      .map(compress),
  );
}

/** Writes `FILE.br` beside a file: the command serves it, and so do many web servers. */
async function compress(file) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${file}.br`, await promisify(brotliCompress)(readFileSync(file), { params }));
}

export { buildSite as setup };
