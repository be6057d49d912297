// Everything between a clean clone and packages that run, in order; what is done already is skipped.
import { alone } from "./lock.mjs";
import { buildPackages } from "./packages.mjs";
import { installPackages } from "./pnpm.mjs";
import { needNode } from "./prerequisites.mjs";
import { buildWasm } from "./wasm.mjs";

/** Sets up and builds. Only one process at a time does this in a work tree. */
export function build() {
  return alone(async () => {
    needNode();
    await installPackages();
    await buildWasm();
    await buildPackages();
  });
}
