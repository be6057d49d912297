// Everything between a clean clone and packages that run, in order; what is done already is skipped.
import { alone } from "./lock.mjs";
import { nativeRust } from "./native-rust.mjs";
import { buildPackages } from "./packages.mjs";
import { installPackages } from "./pnpm.mjs";
import { needLinker, needNode } from "./prerequisites.mjs";
import { buildWasm } from "./wasm.mjs";

/** Sets up the tools: what `npm run setup` does, and the others begin with. */
async function setUp() {
  needNode();
  await needLinker();
  await nativeRust();
  await installPackages();
}

/** Sets up and builds. Only one process at a time does this in a work tree. */
export function build() {
  return alone(async () => {
    await setUp();
    await buildWasm();
    await buildPackages();
  });
}
