// The wasm build: cargo, then wasm-bindgen, then wasm-opt, then the module once more as base64 in a
// JavaScript file, and once more with the built-in rules compiled. The module of the tools for policy
// authors is built in the same way, and exists only as base64.
//
// Files in packages/core/wasm/, none of them committed:
//   sentry_core.js, sentry_core.d.ts   wasm-bindgen's glue for `--target web`, untouched
//   sentry_core_bg.wasm(.d.ts)         the module
//   sentry_core_inline.js, .d.ts       the module as base64, for runtimes that load no file
//   sentry_core_prepared-HASH.wasm     the module with the built-in rules compiled: it starts faster and is larger
//   sentry_core_prepared.js, .d.ts     its URL; the name has a hash, so that code never loads the file of another build
//   sentry_core_module.d.ts            the type of the module, where it is imported
//   sentry_tools.js, _inline.js, .d.ts the glue and the module of the tools
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { isUpToDate } from "./files.mjs";
import { nameBySimilarity } from "./order.mjs";
import { trapOnPanic } from "./panics.mjs";
import { coreRs, root, scratch, wasmFolder } from "./paths.mjs";
import { must, run, tail } from "./processes.mjs";
import { step, UserError } from "./report.mjs";
import { snapshot } from "./snapshot.mjs";

const TARGET = "wasm32-unknown-unknown";
const bindgenFolder = join(coreRs, "bindgen");

/** The modules: what cargo makes, what is written of it, and how. */
const modules = {
  sentry_core: {
    compiled: join(coreRs, "target", TARGET, "release", "sentry_wasm.wasm"),
    suffixes: [
      ...[".js", ".d.ts", "_bg.wasm", "_bg.wasm.d.ts", "_inline.js", "_inline.d.ts"],
      ...["_prepared.js", "_prepared.d.ts", "_module.d.ts"],
    ],
    finish: (folder) => {
      writePrepared(folder);
      writeModuleTypes(folder);
      const old = existsSync(wasmFolder) ? readdirSync(wasmFolder).filter((name) => name.includes("_prepared-")) : [];
      for (const name of old) rmSync(join(wasmFolder, name));
    },
  },
  sentry_tools: {
    compiled: join(coreRs, "target", TARGET, "release", "sentry_tools.wasm"),
    suffixes: [".js", ".d.ts", "_inline.js", "_inline.d.ts"],
    // Only the text of the module is loaded.
    finish: (folder) => {
      for (const name of ["sentry_tools_bg.wasm", "sentry_tools_bg.wasm.d.ts"]) rmSync(join(folder, name));
    },
  },
};

/** What wasm-bindgen's output uses beside the first version of wasm; wasm-opt must keep it and may use it. */
const FEATURES = [
  "bulk-memory",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
  "multivalue",
];

/** Vectors of 128 bits make a stream 6 % faster and the module 8 kB smaller; every runtime has them since 2023. */
const SIMD = "-Ctarget-feature=+simd128";

/**
 * LLVM inlines smaller functions than by itself: the module is 9 kB smaller compressed, and a stream takes no longer.
 */
const INLINING = "-Cllvm-args=-inline-threshold=22";

/** Compiles the rule engine, and the program that writes its glue. cargo does nothing where both are up to date. */
export async function compileWasm() {
  const flags = [...(await pathPrefixes()), SIMD, INLINING].join("\x1f");
  const packages = ["--package", "sentry-wasm", "--package", "sentry-tools"];
  const engine = ["build", "--release", "--locked", ...packages, "--target", TARGET];
  const results = await Promise.allSettled([
    step("compiling the rule engine to wasm", () => cargo(engine, coreRs, { CARGO_ENCODED_RUSTFLAGS: flags })),
    step("compiling wasm-bindgen", () => cargo(["build", "--locked"], bindgenFolder)),
  ]);
  for (const { reason } of results) if (reason !== undefined) throw reason;
}

/** Writes the modules and their glue from what `compileWasm` made, unless they are up to date. Needs the npm packages. */
export async function writeWasm() {
  for (const [name, { compiled, suffixes, finish }] of Object.entries(modules)) {
    const outputs = suffixes.map((suffix) => join(wasmFolder, name + suffix));
    const sources = ["wasm.mjs", "snapshot.mjs"].map((file) => join(root, "scripts", "lib", file));
    if (!isUpToDate(outputs, [compiled, ...sources])) await writeModule(name, compiled, finish);
  }
}

/** @param {string} name @param {string} compiled @param {(folder: string) => void} finish */
async function writeModule(name, compiled, finish) {
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "wasm-"));
  try {
    const bindgen = join(bindgenFolder, "target", "debug", "bindgen");
    await must("writing the glue", "see the message above", bindgen, [compiled, folder, name]);
    await step(`optimising ${name}`, () => optimise(join(folder, `${name}_bg.wasm`)));
    writeInlined(folder, name);
    finish(folder);
    mkdirSync(wasmFolder, { recursive: true });
    // Each file by a rename: a reader never sees half of one.
    for (const file of readdirSync(folder)) renameSync(join(folder, file), join(wasmFolder, file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cargo(args, cwd, env = {}) {
  const { code, output } = await run("cargo", args, { cwd, env });
  if (code !== 0) throw (await missingRust()) ?? new UserError("`cargo` failed", "see its message above", tail(output));
}

/** The error to report where cargo cannot work on this machine; undefined where its own message says what is wrong. */
async function missingRust() {
  const { code, stdout, output } = await run("rustc", ["--print", "target-libdir", "--target", TARGET], { cwd: root });
  if (code === 127)
    return new UserError("Rust is not installed", "install rustup (https://rustup.rs), then run this again");
  if (code !== 0) {
    const todo = "type `rustup toolchain install` in the root of the work tree, then run this again";
    return new UserError("the Rust toolchain that rust-toolchain.toml pins is not installed", todo, tail(output));
  }
  if (!existsSync(stdout.trim())) {
    const todo = `type \`rustup target add ${TARGET}\` in the root of the work tree, then run this again`;
    return new UserError(`the Rust toolchain lacks the target \`${TARGET}\``, todo);
  }
  if ((await run("cc", ["--version"])).code === 0) return undefined;
  return new UserError(
    "there is no C compiler (`cc`), which cargo uses as a linker",
    "install one (on Debian or Ubuntu: `apt-get install gcc libc6-dev`), then run this again",
  );
}

/**
 * Flags that cut the folders of this machine from the names of source files, which panic messages hold.
 * The folder of crates has a name of cargo's choice, so the crates must have been fetched.
 */
async function pathPrefixes() {
  const registry = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "registry", "src");
  if (!existsSync(registry)) await step("fetching the Rust crates", () => cargo(["fetch", "--locked"], coreRs));
  const crates = readdirSync(registry).map((name) => `${join(registry, name)}=crates`);
  return [`${coreRs}=core-rs`, ...crates].map((mapping) => `--remap-path-prefix=${mapping}`);
}

/**
 * No function is inlined for having one caller alone: V8 optimises whole functions, and took 240 ms for one that had
 * grown to 50 kB. The first kilobyte of memory is the far end of the stack, so no address of an object plus an offset
 * wraps around to it. Repeating the passes until they find nothing more saves 1.2 kB.
 */
async function optimise(file) {
  await trapOnPanic(file);
  await wasmOpt(file, [
    ...["-Oz", "--converge", "--one-caller-inline-max-function-size=0", "--low-memory-unused"],
    ...["--strip-debug", "--strip-producers"],
  ]);
  nameBySimilarity(file);
  await wasmOpt(file, ["--reorder-functions-by-name", "--strip-debug", "--optimize-stack-ir"]);
}

/** @param {string} file a module; it is written anew @param {string[]} passes */
async function wasmOpt(file, passes) {
  const program = join(root, "node_modules", "binaryen", "bin", "wasm-opt");
  const args = [program, file, "-o", file, ...passes, ...FEATURES.map((feature) => `--enable-${feature}`)];
  await must("optimising the wasm", "see the message above", process.execPath, args);
}

/** @param {string} folder @param {string} name that of the module */
function writeInlined(folder, name) {
  const base64 = readFileSync(join(folder, `${name}_bg.wasm`)).toString("base64");
  const text = `// The module ${name}_bg.wasm as base64. Made by scripts/lib/wasm.mjs.\nexport default "${base64}";\n`;
  writeFileSync(join(folder, `${name}_inline.js`), text);
  const types = `/** The module \`${name}_bg.wasm\` as base64. */\ndeclare const base64: string;\nexport default base64;\n`;
  writeFileSync(join(folder, `${name}_inline.d.ts`), types);
}

/** Compiling the built-in rules takes longer than all else in a process that judges one event. */
function writePrepared(folder) {
  const module = snapshot(readFileSync(join(folder, "sentry_core_bg.wasm")), "prepare");
  const name = `sentry_core_prepared-${createHash("sha256").update(module).digest("hex").slice(0, 16)}.wasm`;
  writeFileSync(join(folder, name), module);
  const text = `// The URL of the module with the built-in rules compiled. Made by scripts/lib/wasm.mjs.
export default () => new URL("./${name}", import.meta.url);
`;
  writeFileSync(join(folder, "sentry_core_prepared.js"), text);
  const types = `/** The URL of the module with the built-in rules compiled. */
declare function url(): URL;
export default url;
`;
  writeFileSync(join(folder, "sentry_core_prepared.d.ts"), types);
}

/** wasm-bindgen's own types describe the exports of an instance, which is not what an import gives. */
function writeModuleTypes(folder) {
  const types = `/**
 * The module of the rule engine, for \`init\` of \`@a3s-sentry/core/slim\`. Bundlers for Workers and the edge compile it.
 * Others give its URL, in their own way: Vite for \`@a3s-sentry/core/sentry.wasm?url\`.
 */
declare const module: WebAssembly.Module;
export default module;
`;
  writeFileSync(join(folder, "sentry_core_module.d.ts"), types);
}
