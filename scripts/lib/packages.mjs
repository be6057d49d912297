// The TypeScript build: tsc over the packages, in the order of their references.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root, wasmFolder } from "./places.mjs";
import { must } from "./processes.mjs";
import { step } from "./say.mjs";
import { unlessDone } from "./stamps.mjs";

/** Compiles every package to `dist/`: ES modules, types, maps. */
export async function buildPackages() {
  const names = readdirSync(join(root, "packages")).filter((name) =>
    existsSync(join(root, "packages", name, "tsconfig.json")),
  );
  const folders = names.map((name) => join(root, "packages", name));
  const inputs = folders.flatMap((folder) =>
    ["src", "tsconfig.json", "package.json"].map((name) => join(folder, name)),
  );
  inputs.push(join(root, "tsconfig.base.json"), join(root, "pnpm-lock.yaml"), join(wasmFolder, "sentry_core.d.ts"));
  const outputs = folders.map((folder) => join(folder, "dist", "index.js"));
  await unlessDone("dist", { inputs, outputs }, () =>
    step("compiling the packages", async () => {
      folders.forEach(removeOrphans);
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      const todo = "mend what the compiler names above, then run this again";
      await must("compiling the packages", todo, process.execPath, [tsc, "-b", ...folders], { cwd: root });
    }),
  );
}

/** Removes what was compiled from a source that is gone: tsc leaves it there, and it would be packed. */
function removeOrphans(folder) {
  const dist = join(folder, "dist");
  for (const file of existsSync(dist) ? readdirSync(dist, { recursive: true }) : []) {
    const name = /^(.+?)\.(?:d\.ts|js)(?:\.map)?$/.exec(file)?.[1];
    if (name !== undefined && !existsSync(join(folder, "src", `${name}.ts`))) rmSync(join(dist, file));
  }
}

/** The script of the command `a3s-sentry`, to run with node. */
export function commandLine() {
  const folder = join(root, "packages", "node");
  return join(folder, JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).bin["a3s-sentry"]);
}
