// The wasm build: core-rs through wasm-pack, then wasm-opt, then the same bytes once more as a JavaScript module.
//
// What comes to lie in packages/core/wasm/, none of it committed:
//   sentry_core.js, sentry_core.d.ts   wasm-bindgen's glue for `--target web`, untouched
//   sentry_core_bg.wasm(.d.ts)         the module
//   sentry_core_inline.js, .d.ts       the module as base64, for runtimes that are given no file
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cargoTool } from "./cargo-tools.mjs";
import { hiddenPlaces } from "./hidden-places.mjs";
import { crate, root, scratch, wasmFolder } from "./places.mjs";
import { needLinker } from "./prerequisites.mjs";
import { must } from "./processes.mjs";
import { say, step } from "./say.mjs";
import { unlessDone } from "./stamps.mjs";
import { wasmBindgen, wasmPack } from "./versions.mjs";
import { wasmRust } from "./wasm-rust.mjs";

const glue = ["sentry_core.js", "sentry_core.d.ts", "sentry_core_bg.wasm", "sentry_core_bg.wasm.d.ts"];
const inlined = ["sentry_core_inline.js", "sentry_core_inline.d.ts"];

/** What wasm-bindgen's output uses beside the first version of wasm; wasm-opt is to keep it and may use it. */
const features = [
  "bulk-memory",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
  "multivalue",
];

/** Vectors of 128 bits make a stream 6 % faster and the module 8 kB smaller; every runtime has them since 2023. */
const simd = "-Ctarget-feature=+simd128";

/** Builds the wasm module and its glue, unless the crate is unchanged. */
export async function buildWasm() {
  const inputs = ["crates", "Cargo.toml", "Cargo.lock"].map((name) => join(crate, name));
  inputs.push(join(root, "scripts", "lib", "wasm.mjs"));
  const outputs = [...glue, ...inlined].map((name) => join(wasmFolder, name));
  await unlessDone("wasm", { inputs, outputs, also: [wasmPack, wasmBindgen] }, async () => {
    await needLinker();
    const rust = await wasmRust();
    const tools = [
      await cargoTool("wasm-bindgen-cli", "wasm-bindgen", wasmBindgen),
      await cargoTool("wasm-pack", "wasm-pack", wasmPack),
    ];
    await step("building the rule engine to wasm", () => build(rust, tools));
  });
}

async function build(rust, tools) {
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "wasm-"));
  try {
    const env = { ...rust, PATH: [...tools.filter((tool) => tool !== ""), rust.PATH ?? process.env.PATH].join(":") };
    await fetchCrates(env);
    await runWasmPack(folder, env);
    await optimise(join(folder, "sentry_core_bg.wasm"));
    writeInlined(folder);
    publish(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`  ${statSync(join(wasmFolder, "sentry_core_bg.wasm")).size} bytes of wasm`);
}

/** The sources must be on disk before the flags that hide their places can be written. */
async function fetchCrates(env) {
  const todo = "check that this machine reaches the Rust crate registry (`cargo search serde`), then run this again";
  await must("fetching the Rust crates", todo, "cargo", ["fetch", "--locked"], { cwd: crate, env });
}

async function runWasmPack(folder, env) {
  const args = ["build", "--target", "web", "--release", "--no-opt", "--no-pack", "--mode", "no-install"];
  const output = ["--out-name", "sentry_core", "--out-dir", folder];
  const flags = {
    CARGO_ENCODED_RUSTFLAGS: [hiddenPlaces(crate, "core-rs"), simd].join("\x1f"),
    CARGO_TARGET_DIR: join(crate, "target", "wasm"),
  };
  const todo = "see the compiler's message above; `npm run build` tries again";
  await must(
    "building the wasm",
    todo,
    "wasm-pack",
    [...args, ...output, join(crate, "crates", "wasm"), "--", "--locked"],
    {
      env: { ...env, ...flags },
    },
  );
}

/**
 * A function that is called once is not put into its caller unless it is small: V8 optimises whole functions, and took
 * 240 ms for one of 50 kB that had grown so. Passes repeat until they find nothing more, for 0.4 kB.
 */
async function optimise(file) {
  const optimiser = join(root, "node_modules", "binaryen", "bin", "wasm-opt");
  const enabled = features.map((feature) => `--enable-${feature}`);
  const args = [
    optimiser,
    file,
    "-o",
    file,
    "-Oz",
    "--converge",
    "--one-caller-inline-max-function-size=2000",
    ...enabled,
    "--strip-debug",
    "--strip-producers",
  ];
  await must("optimising the wasm", "see the message above", process.execPath, args);
}

function writeInlined(folder) {
  const base64 = readFileSync(join(folder, "sentry_core_bg.wasm")).toString("base64");
  const text = `// The module sentry_core_bg.wasm as base64. Made by scripts/lib/wasm.mjs.\nexport default "${base64}";\n`;
  writeFileSync(join(folder, "sentry_core_inline.js"), text);
  const types =
    "/** The module `sentry_core_bg.wasm` as base64. */\ndeclare const base64: string;\nexport default base64;\n";
  writeFileSync(join(folder, "sentry_core_inline.d.ts"), types);
}

/** File by file, each by a rename, so that a reader never meets half of one. */
function publish(folder) {
  mkdirSync(wasmFolder, { recursive: true });
  for (const name of [...glue, ...inlined]) renameSync(join(folder, name), join(wasmFolder, name));
}
