// `node scripts/app.mjs FOLDER`, after a build: fills a new folder with what the command needs to run, and no more. The image holds it.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import { root } from "./lib/places.mjs";
import { pnpm } from "./lib/pnpm.mjs";
import { main, Stop, step } from "./lib/say.mjs";

/** Of use to pnpm alone, or to people who look at the source. */
const SUPERFLUOUS = [
  "pnpm-lock.yaml",
  "README.md",
  "node_modules/.modules.yaml",
  "node_modules/.pnpm-workspace-state-v1.json",
];

await main(async () => {
  const [given, ...more] = process.argv.slice(2);
  if (given === undefined || more.length > 0)
    throw new Stop("no folder is given, or several", "`node scripts/app.mjs FOLDER`");
  const folder = resolve(given);
  if (existsSync(folder)) throw new Stop(`\`${folder}\` exists`, "name a folder that does not");
  await step(`putting the command into ${folder}`, async () => {
    // Packages of the workspace are copied, and the lock file holds for all others.
    const settings = ["inject-workspace-packages=true", "package-import-method=copy"].map((each) => `--config.${each}`);
    const args = ["--filter", "a3s-sentry", "deploy", "--prod", ...settings, folder];
    await pnpm("putting the command together", args);
    for (const name of SUPERFLUOUS) rmSync(join(folder, name), { force: true });
    copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    link(folder);
  });
  return 0;
});

/** Puts the package's commands into `bin/`. */
function link(folder) {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).bin)) {
    const file = join(folder, script);
    chmodSync(file, 0o755);
    symlinkSync(relative(bin, file), join(bin, name));
  }
}
