// Measures what a hook costs: the CPU time of its process against that of an empty Node.js process,
// in pairs of processes, with a resident judge and without, by the built-in rules alone and by the
// stock policy for coding agents. What is least is a script that starts the rule engine and judges nothing.
//
//     node bench/guard/hook.mjs [--pairs 41]

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MAIN = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const STOCK = fileURLToPath(new URL("../../examples/policies/coding-agent.acl", import.meta.url));
const WASM = fileURLToPath(new URL("../../packages/core/wasm", import.meta.url));
/** Starts the engine with functions in place of what it imports. */
const ENGINE = `
  const module = new WebAssembly.Module(require("node:fs").readFileSync(process.argv[2]));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  new WebAssembly.Instance(module, imports);
`;
/** The variables that make Node.js itself do more when it starts: they would hide what a hook costs. */
const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...env } = process.env;
const { values } = parseArgs({ options: { pairs: { type: "string", default: "41" } } });
const pairs = Number(values.pairs);

const INPUT = JSON.stringify({
  hook_event_name: "PreToolUse",
  session_id: "bench",
  cwd: "/home/dev/app",
  tool_name: "Bash",
  tool_input: { command: "git status && npm test 2>&1 | tail -20" },
});

const folder = realpathSync(mkdtempSync(join(tmpdir(), "a3s-sentry-bench-")));
const [policy, empty, socket] = [join(folder, "policy.acl"), join(folder, "empty.mjs"), join(folder, "run/judge.sock")];
mkdirSync(join(folder, "run"), { mode: 0o700 });
writeFileSync(policy, "");
writeFileSync(empty, "");
const stock = join(folder, "stock.acl");
copyFileSync(STOCK, stock);
const engine = join(folder, "engine.cjs");
writeFileSync(engine, ENGINE);
const prepared = readdirSync(WASM).find((name) => /_prepared-\w+\.wasm$/.test(name)) ?? "";
const hook = [MAIN, "hook", "claude-code", "--policy", policy];

const serve = spawn(process.execPath, [MAIN, "serve", "--policy", policy, "--socket", socket], {
  stdio: ["ignore", "ignore", "pipe"],
});
try {
  await once(serve.stderr, "data");
  process.stdout.write(
    `with a resident judge: ${ratio([...hook, "--socket", socket]).toFixed(2)} × an empty process\n`,
  );
  process.stdout.write(`without, by the built-in rules: ${ratio(hook).toFixed(2)} ×\n`);
  const byStock = [MAIN, "hook", "claude-code", "--policy", stock];
  process.stdout.write(`without, by the policy coding-agent: ${ratio(byStock).toFixed(2)} ×\n`);
  const least = ratio(["--wasm-lazy-validation", engine, join(WASM, prepared)]);
  process.stdout.write(`a script that starts the rule engine: ${least.toFixed(2)} ×\n`);
} finally {
  serve.kill();
  rmSync(folder, { recursive: true });
}

/**
 * The median of the ratios of pairs of processes that follow each other.
 * @param {string[]} args
 */
function ratio(args) {
  const ratios = Array.from({ length: pairs }, () => cpuMs(args) / cpuMs([empty]));
  return ratios.sort((a, b) => a - b)[Math.floor(pairs / 2)] ?? Number.NaN;
}

/**
 * The CPU time of a process, user and system, in milliseconds.
 * @param {string[]} args
 */
function cpuMs(args) {
  const script = "TIMEFORMAT='%3U %3S'; time \"$@\" 2>/dev/null >/dev/null";
  const { stderr } = spawnSync("bash", ["--norc", "--noprofile", "-c", script, "bash", process.execPath, ...args], {
    env,
    input: INPUT,
    encoding: "utf8",
  });
  return (
    stderr
      .trim()
      .split(" ")
      .map(Number)
      .reduce((a, b) => a + b) * 1000
  );
}
