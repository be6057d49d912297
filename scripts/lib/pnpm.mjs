// pnpm in its pinned version, through npx, and the npm packages that pnpm-lock.yaml pins.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isUpToDate } from "./files.mjs";
import { root, scratch } from "./paths.mjs";
import { must } from "./processes.mjs";
import { step } from "./report.mjs";

/** What npx installs, for example `pnpm@10.34.8`. */
export const pinnedPnpm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;

/** Runs pnpm in the root of the work tree. @param {string} what names the work in an error @param {string[]} args */
export function pnpm(what, args) {
  const todo = "check that this machine reaches the npm registry (`npm ping`), then run this again";
  // Without a terminal pnpm does not ask, but stops where it would have asked.
  const env = { CI: "true", npm_config_loglevel: undefined };
  return must(what, todo, "npx", ["--yes", pinnedPnpm, ...args], { cwd: root, env });
}

/** Installs every package of the workspace, exactly as locked, unless that is done. */
export async function installPackages() {
  const folders = readdirSync(join(root, "packages")).map((name) => join("packages", name));
  const manifests = [".", "bench", "test", ...folders].map((folder) => join(root, folder, "package.json"));
  const inputs = [...manifests, join(root, "pnpm-lock.yaml"), join(root, "pnpm-workspace.yaml")];
  const done = join(scratch, "npm-packages-installed");
  if (isUpToDate([done, join(root, "node_modules", ".modules.yaml")], inputs)) return;
  await step("installing the npm packages", () =>
    pnpm("installing the npm packages", ["install", "--frozen-lockfile"]),
  );
  mkdirSync(scratch, { recursive: true });
  writeFileSync(done, "");
}
