// `npm run fuzz`: runs the fuzz targets of the rule engine with libFuzzer, one after the other.
// `--minutes N` for each (5), `--target NAME` for one of them. Ends with 1 if an input fails.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { readArguments } from "./lib/arguments.mjs";
import { BUILD_FLAGS, failureOf, optionsOf, summaryOf } from "./lib/libfuzzer.mjs";
import { coreRs, root, scratch } from "./lib/paths.mjs";
import { must, run } from "./lib/processes.mjs";
import { log, main, step, UserError } from "./lib/report.mjs";

/** The inputs that libFuzzer has found to reach new code, and its output. They may be deleted. */
const found = join(scratch, "fuzz");
const fuzz = join(coreRs, "fuzz");
/** Where `cargo test -p sentry-fuzz` replays what once failed. */
const crashes = join(fuzz, "crashes");
/** More inputs from which mutations start, beside `corpus/`. */
const SEEDS = { acl: [join(root, "examples", "policies")] };

await main(async () => {
  const options = { minutes: { type: "string" }, target: { type: "string" } };
  const { values } = readArguments("npm run fuzz -- [--minutes N] [--target NAME]", { options });
  const minutes = minutesOf(values.minutes ?? "5");
  const targets = targetsOf(values.target);
  const programs = await build();
  let failed = false;
  for (const target of targets) failed = (await fuzzTarget(target, join(programs, target), minutes)) || failed;
  return failed ? 1 : 0;
});

function minutesOf(text) {
  const minutes = Number(text);
  if (minutes > 0 && Number.isFinite(minutes)) return minutes;
  throw new UserError(`invalid \`--minutes ${text}\``, "give a number above 0, such as `--minutes 0.5`");
}

function targetsOf(name) {
  const all = readdirSync(join(fuzz, "fuzz_targets"))
    .map((file) => basename(file, ".rs"))
    .sort();
  if (name === undefined) return all;
  if (all.includes(name)) return [name];
  throw new UserError(`unknown target \`${name}\``, `use one of ${all.join(", ")}`);
}

/** Builds all targets with libFuzzer, and returns the folder of the programs. */
async function build() {
  const todo = "install a C++ compiler if there is none; the output above says what failed";
  const { stdout } = await must("asking rustc for its host", "install rustup", "rustc", ["-vV"], { cwd: coreRs });
  const host = /^host: (.+)$/m.exec(stdout)?.[1] ?? "";
  // Flags for a named platform apply neither to build scripts nor to macros.
  const args = ["build", "--locked", "-p", "sentry-fuzz", "--bins", "--profile", "fuzz", "--target", host];
  const env = { CARGO_ENCODED_RUSTFLAGS: BUILD_FLAGS.join("\x1f"), CARGO_TARGET_DIR: join(coreRs, "target", "fuzz") };
  await step("building the fuzz targets", () =>
    must("building the fuzz targets", todo, "cargo", args, { cwd: coreRs, env }),
  );
  return join(env.CARGO_TARGET_DIR, host, "fuzz");
}

/** Runs one target, and returns whether an input failed. */
async function fuzzTarget(target, program, minutes) {
  const [corpus, kept] = [join(found, target), join(crashes, target)];
  for (const folder of [corpus, kept]) mkdirSync(folder, { recursive: true });
  const seeds = [join(fuzz, "corpus", target), ...(SEEDS[target] ?? [])];
  log(`· ${target}: ${minutes} min …`);
  const { code, output } = await run(program, [...optionsOf(minutes * 60, kept), corpus, kept, ...seeds]);
  const file = join(found, `${target}.log`);
  writeFileSync(file, output);
  const failure = failureOf(output);
  log(`${code === 0 ? "✓" : "✗"} ${target}: ${summaryOf(output)}`);
  if (code === 0) return false;
  if (failure === undefined) log(`libFuzzer ended with ${code}: see ${relative(process.cwd(), file)}`);
  else log(advice(target, failure.file, failure.message));
  return true;
}

function advice(target, file, message) {
  const input = relative(coreRs, file);
  return [
    `  ${message}`,
    `  kept as core-rs/${input}, which \`npm run test:rust\` replays. To replay it alone:`,
    `      cd core-rs && cargo run -p sentry-fuzz --bin ${target} -- ${input}`,
    "  Once it is fixed, rename the file after what broke, and commit it.",
  ].join("\n");
}
