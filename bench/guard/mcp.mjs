// Measures what `a3s-sentry mcp` adds to a call of a tool: each call is made once of a server by itself, and
// once of the same server behind the proxy, one after the other. On Linux it also measures the proxy's
// processor time, which does not depend on what else the machine does.
//
//     node bench/guard/mcp.mjs [--calls 200]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cpuMs } from "../processes/processor-time.mjs";

const MAIN = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const { values } = parseArgs({ options: { calls: { type: "string", default: "200" } } });

/** Answers each call with as many bytes of a source file as it asks for. */
const SERVER = `
  import { readFileSync } from "node:fs";
  const [path] = process.argv.slice(2);
  const text = readFileSync(path, "utf8");
  const parts = [];
  process.stdin.on("data", (chunk) => {
    parts.push(chunk);
    if (chunk.at(-1) !== 10) return;
    const { id, params } = JSON.parse(Buffer.concat(parts.splice(0)).toString());
    const { size } = params.arguments;
    const answer = text.repeat(Math.ceil(size / text.length)).slice(0, size);
    process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: answer }] } }) + "\\n");
  });
`;

/** A text as tools take and return it. */
const SOURCE = fileURLToPath(new URL("../main.mjs", import.meta.url));
const source = readFileSync(SOURCE, "utf8");
/** @param {number} size */
const textOf = (size) => source.repeat(Math.ceil(size / source.length)).slice(0, size);

const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-bench-"));
const [policy, server] = [join(folder, "policy.acl"), join(folder, "server.mjs")];
writeFileSync(policy, "", { mode: 0o600 });
writeFileSync(server, SERVER);
const direct = started([server, SOURCE]);
const guarded = started([
  ...[MAIN, "mcp", "--policy", policy, "--server", "bench", "--"],
  ...[process.execPath, server, SOURCE],
]);
try {
  for (const [what, sent, size, count] of /** @type {const} */ ([
    ["1 KB in the arguments and the result", 1024, 1024, Number(values.calls)],
    ["1 MB in the arguments", 1024 * 1024, 0, Math.ceil(Number(values.calls) / 4)],
    ["1 MB in the result", 0, 1024 * 1024, Math.ceil(Number(values.calls) / 4)],
  ])) {
    const args = { size, text: textOf(sent) };
    for (let i = 0; i < 20; i++) await called(guarded, args);
    /** @type {number[]} */
    const added = [];
    const before = cpuMs(guarded);
    for (let i = 0; i < count; i++) {
      const alone = await called(direct, args);
      added.push((await called(guarded, args)) - alone);
    }
    added.sort((a, b) => a - b);
    /** @param {number} share */
    const at = (share) => (added[Math.floor(share * (count - 1))] ?? 0).toFixed(2);
    const cpu = ((cpuMs(guarded) - before) / count).toFixed(1);
    process.stdout.write(
      `${what}: adds ${at(0.5)} ms (a tenth of the calls: ${at(0.1)} or less), ${cpu} ms of processor time\n`,
    );
  }
} finally {
  guarded.stdin.end();
  direct.stdin.end();
  await Promise.all([once(direct, "close"), once(guarded, "close")]);
  rmSync(folder, { recursive: true, force: true });
}

/** @param {readonly string[]} args */
function started(args) {
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"], cwd: folder });
}

/**
 * The time of one call in milliseconds.
 * @param {ReturnType<typeof started>} child
 * @param {object} args
 */
async function called(child, args) {
  const frame = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "echo", arguments: args } };
  const began = performance.now();
  child.stdin.write(`${JSON.stringify(frame)}\n`);
  for (;;) {
    const [chunk] = await once(child.stdout, "data");
    if (chunk.at(-1) === 10) return performance.now() - began;
  }
}
