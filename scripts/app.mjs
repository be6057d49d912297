// `node scripts/app.mjs FOLDER`, after a build: fills a new folder with the files that the command
// needs to run, that of a fleet included. The image holds it.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readArguments } from "./lib/arguments.mjs";
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
  const { positionals } = readArguments("node scripts/app.mjs FOLDER", { words: 1 });
  const folder = resolve(positionals[0] ?? "");
  if (existsSync(folder)) throw new UserError(`\`${folder}\` exists already`, "name a folder that does not exist");
  await step(`writing the command to ${folder}`, async () => {
    // Packages of the workspace are copied; all others are as the lock file pins them.
    const settings = ["inject-workspace-packages=true", "package-import-method=copy"].map((each) => `--config.${each}`);
    const args = ["--filter", "a3s-sentry", "deploy", "--prod", ...settings, folder];
    await pnpm("writing the command", args);
    for (const name of UNUSED) rmSync(join(folder, name), { force: true });
    copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    addFleet(folder);
    link(folder);
  });
  return 0;
});

/** Adds the package of a fleet, beside which the command and its core are found, and what only it depends on. */
function addFleet(folder) {
  const modules = join(folder, "node_modules");
  const from = join(root, "packages", "fleet");
  const to = join(modules, "@a3s-sentry", "fleet");
  for (const name of ["package.json", "dist/index.js", "dist/chunks"]) {
    if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true });
  }
  symlinkSync("..", join(modules, "a3s-sentry"));
  for (const name of dependenciesOf(from)) {
    if (!existsSync(join(modules, name))) addPackage(name, join(from, "node_modules"), join(to, "node_modules"));
  }
}

/** Copies a package of a folder of modules, and what it depends on. */
function addPackage(name, modules, to) {
  if (existsSync(join(to, name))) return;
  const from = realpathSync(join(modules, name));
  cpSync(from, join(to, name), { recursive: true, dereference: true });
  // pnpm puts a package beside what it depends on.
  const around = name.startsWith("@") ? dirname(dirname(from)) : dirname(from);
  for (const each of dependenciesOf(from)) addPackage(each, around, to);
}

function dependenciesOf(folder) {
  return Object.keys(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).dependencies ?? {});
}

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
