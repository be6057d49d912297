// How libFuzzer is built into a program, called and read.

/** Flags of rustc for code that libFuzzer can watch. The crates have no unsafe code, so no sanitizer is added. */
export const BUILD_FLAGS = [
  ...["--cfg", "fuzzing"],
  "-Cpasses=sancov-module",
  ...[
    "sanitizer-coverage-level=4",
    "sanitizer-coverage-inline-8bit-counters",
    "sanitizer-coverage-pc-table",
    "sanitizer-coverage-trace-compares",
  ].map((flag) => `-Cllvm-args=-${flag}`),
];

/** An input that takes longer has found a loop, even on a busy machine. */
const TIMEOUT_S = 60;

/** The options of a run. @param {number} seconds @param {string} folder that gets inputs that fail */
export function optionsOf(seconds, folder) {
  return [
    `-max_total_time=${Math.ceil(seconds)}`,
    `-timeout=${TIMEOUT_S}`,
    `-report_slow_units=${TIMEOUT_S}`,
    `-artifact_prefix=${folder}/`,
    "-print_final_stats=1",
  ];
}

/** The numbers of a run, in one line. @param {string} output */
export function summaryOf(output) {
  const last = [...output.matchAll(/^#(\d+)\s.*? cov: (\d+) ft: (\d+) corp: (\d+)\/.*$/gm)].at(-1);
  if (last === undefined) return "no input was run";
  const [, atLast, edges, features, kept] = last;
  const inputs = Number(/^stat::number_of_executed_units:\s*(\d+)$/m.exec(output)?.[1] ?? atLast);
  const all = /INFO: Loaded 1 PC tables \((\d+) PCs\)/.exec(output)?.[1];
  const count = (/** @type {unknown} */ number) => Number(number).toLocaleString("en-US");
  const reached = all === undefined ? count(edges) : `${count(edges)} of ${count(all)}`;
  return `${count(inputs)} inputs, ${reached} edges, ${count(features)} features, ${count(kept)} inputs in the corpus`;
}

/**
 * The input that failed, and why; nothing if none did.
 * @param {string} output @returns {{ file: string, message: string } | undefined}
 */
export function failureOf(output) {
  const file = /Test unit written to (.+)$/m.exec(output)?.[1];
  if (file === undefined) return undefined;
  const message = /^thread .* panicked at .*\n[^\n]*/m.exec(output) ?? /ERROR: libFuzzer: .*/.exec(output);
  return { file, message: message?.[0].replaceAll("\n", "\n  ") ?? "failed" };
}
