// `npm run build`: installs the npm packages, then builds the wasm modules and the TypeScript
// packages.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { readArguments } from "./lib/arguments.mjs";
import { exclusive } from "./lib/lock.mjs";
import { root } from "./lib/paths.mjs";
import { installPackages } from "./lib/pnpm.mjs";
import { must } from "./lib/processes.mjs";
import { main, step, UserError } from "./lib/report.mjs";
import { compileWasm, writeWasm } from "./lib/wasm.mjs";

const OLDEST_NODE = 20;

await main(async () => {
  requireNode();
  readArguments("npm run build");
  await exclusive(async () => {
    // One waits for the network, the other for the processor.
    const results = await Promise.allSettled([installPackages(), compileWasm()]);
    for (const { reason } of results) if (reason !== undefined) throw reason;
    await writeWasm();
    await step("compiling the packages", compilePackages);
    // Not imported before the npm packages are installed.
    const { bundlePackages } = await import("./lib/bundle.mjs");
    await step("bundling the packages", bundlePackages);
    const { buildSite } = await import("./lib/site.mjs");
    await step("building the page of the preview", buildSite);
    copyPolicies();
  });
  return 0;
});

function requireNode() {
  if (Number(process.versions.node.split(".")[0]) >= OLDEST_NODE) return;
  throw new UserError(
    `a3s-sentry needs Node.js ${OLDEST_NODE} or newer, and this is ${process.versions.node}`,
    `install Node.js ${OLDEST_NODE} or newer, then run this again`,
  );
}

/** Compiles every package to `dist/`: ES modules, types, source maps. */
async function compilePackages() {
  const folders = readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "tsconfig.json")));
  folders.forEach(removeOrphans);
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const todo = "fix the errors above, then run this again";
  await must("compiling the packages", todo, process.execPath, [tsc, "-b", ...folders], { cwd: root });
}

/** Removes output whose source is gone: tsc leaves it there, and it would be packed. The bundler removes its chunks. */
function removeOrphans(folder) {
  const dist = join(folder, "dist");
  for (const file of existsSync(dist) ? readdirSync(dist, { recursive: true }) : []) {
    if (file.startsWith("chunks")) continue;
    const name = /^(.+?)\.(?:d\.ts|js)(?:\.map)?$/.exec(file)?.[1];
    if (name !== undefined && !existsSync(join(folder, "src", `${name}.ts`))) rmSync(join(dist, file));
  }
}

/** Copies the stock policies and the cases of the packs into the package `a3s-sentry`, which ships them. */
function copyPolicies() {
  copyFiles(join(root, "examples", "policies"), "policies", ".acl");
  copyFiles(join(root, "core-rs", "crates", "core", "src", "policy", "packs"), "packs", ".test.acl");
}

function copyFiles(from, name, suffix) {
  const to = join(root, "packages", "node", name);
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  const files = readdirSync(from).filter((file) => file.endsWith(suffix));
  for (const file of files) copyFileSync(join(from, file), join(to, file));
}
