// The packages from the npm registry: pnpm in its pinned version, and what pnpm-lock.yaml names.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cached } from "./cache.mjs";
import { root } from "./places.mjs";
import { must } from "./processes.mjs";
import { step } from "./say.mjs";
import { unlessDone } from "./stamps.mjs";
import { pnpm as version } from "./versions.mjs";

const todo = "check that this machine reaches the npm registry (`npm ping`), then run this again";

/** @returns {Promise<string>} the script to run with node */
export async function pnpmScript() {
  const folder = await cached(`pnpm-${version}`, (folder) =>
    step(`fetching pnpm ${version}`, async () => {
      const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-package-lock", `pnpm@${version}`];
      await must("fetching pnpm", todo, "npm", args, { cwd: folder });
    }),
  );
  return join(folder, "node_modules", "pnpm", "bin", "pnpm.cjs");
}

/** Runs pnpm in the work tree and keeps its output. */
export async function pnpm(what, args) {
  // Without a terminal pnpm would ask nothing, but stop where it would have asked.
  const env = { CI: "true", npm_config_loglevel: undefined };
  return must(what, todo, process.execPath, [await pnpmScript(), ...args], { cwd: root, env });
}

/** Installs every package of the workspace, exactly as locked. */
export async function installPackages() {
  const folders = readdirSync(join(root, "packages")).map((name) => join("packages", name));
  const manifests = [".", "bench", "test", ...folders].map((folder) => join(root, folder, "package.json"));
  const inputs = [...manifests, ...["pnpm-lock.yaml", "pnpm-workspace.yaml"].map((name) => join(root, name))];
  await unlessDone("packages", { inputs, outputs: [join(root, "node_modules", ".modules.yaml")] }, () =>
    step("installing the npm packages that pnpm-lock.yaml names", async () => {
      await pnpm("installing the npm packages", ["install", "--frozen-lockfile"]);
    }),
  );
}
