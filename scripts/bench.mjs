// `npm run bench`: builds, also the native judge to compare with, then measures.
import { join } from "node:path";
import process from "node:process";
import { nativeRust } from "./lib/native-rust.mjs";
import { root } from "./lib/places.mjs";
import { foreground, must } from "./lib/processes.mjs";
import { build } from "./lib/ready.mjs";
import { main, step } from "./lib/say.mjs";

const bench = join(root, "bench");
const baseline = join(bench, "baseline");

async function buildBaseline() {
  const todo = "check that this machine reaches the Rust crate registry (`cargo search regex`), then run this again";
  await step("building the native judge to compare with", async () => {
    const target = join(baseline, "target");
    const env = { ...(await nativeRust()), CARGO_TARGET_DIR: target };
    await must("building it", todo, "cargo", ["build", "--release", "--locked"], { cwd: baseline, env });
  });
  return join(baseline, "target", "release", process.platform === "win32" ? "baseline.exe" : "baseline");
}

await main(async () => {
  await build();
  const native = await buildBaseline();
  return foreground(process.execPath, [join(bench, "main.mjs"), "--native", native, ...process.argv.slice(2)]);
});
