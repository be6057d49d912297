// `node scripts/app.mjs FOLDER`, after a build: fills a new folder with the files that the command
// needs to run. The image holds it.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import { root } from "./lib/paths.mjs";
import { pnpm } from "./lib/pnpm.mjs";
import { main, step, UserError } from "./lib/report.mjs";

/** Files that only pnpm uses, and the read-me. */
const UNUSED = [
  "pnpm-lock.yaml",
  "README.md",
  "node_modules/.modules.yaml",
  "node_modules/.pnpm-workspace-state-v1.json",
];

await main(async () => {
  const [given, ...more] = process.argv.slice(2);
  if (given === undefined || more.length > 0)
    throw new UserError("expected one folder", "type `node scripts/app.mjs FOLDER`");
  const folder = resolve(given);
  if (existsSync(folder)) throw new UserError(`\`${folder}\` exists already`, "name a folder that does not exist");
  await step(`writing the command to ${folder}`, async () => {
    // Packages of the workspace are copied; all others are as the lock file pins them.
    const settings = ["inject-workspace-packages=true", "package-import-method=copy"].map((each) => `--config.${each}`);
    const args = ["--filter", "a3s-sentry", "deploy", "--prod", ...settings, folder];
    await pnpm("writing the command", args);
    for (const name of UNUSED) rmSync(join(folder, name), { force: true });
    copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    link(folder);
  });
  return 0;
});

/** Links the package's commands into `bin/`. */
function link(folder) {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).bin)) {
    const file = join(folder, script);
    chmodSync(file, 0o755);
    symlinkSync(relative(bin, file), join(bin, name));
  }
}
