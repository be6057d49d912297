// Measures how long callers of `a3s-sentry serve` wait: many at a time, each on its own connection,
// with a pause between its calls, which agents make longer. The same callers ask a server that
// answers at once: what they wait for it is the machine's and their own. On Linux it also measures
// the processor time of both servers.
//
//     node bench/guard/clients.mjs [--clients 50] [--requests 20000] [--pause-ms 20]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cpuMs } from "../processes/processor-time.mjs";

const MAIN = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "50" },
    requests: { type: "string", default: "20000" },
    "pause-ms": { type: "string", default: "20" },
  },
});
const clients = Number(values.clients);
const pauseMs = Number(values["pause-ms"]);
/** Both servers are asked in turns, so that what else the machine does concerns both. */
const ROUNDS = 4;
const each = Math.ceil(Number(values.requests) / clients / ROUNDS);

/** What agents call most. */
const CALLS = [
  { tool: "Bash", args: { command: "git status && npm test 2>&1 | tail -20" } },
  { tool: "Read", args: { file_path: "/home/dev/app/src/index.ts" } },
  {
    tool: "Edit",
    args: { file_path: "/home/dev/app/src/a.ts", old_string: "a".repeat(500), new_string: "b".repeat(500) },
  },
  { tool: "Grep", args: { pattern: "TODO", path: "/home/dev/app" } },
  { tool: "WebFetch", args: { url: "https://example.com/docs", prompt: "summarise" } },
];
const LINES = CALLS.map((check) =>
  JSON.stringify({ v: 1, check, agent: "bench", session: "s", cwd: "/home/dev/app", host: "claude-code", uid: 1 }),
);

/** Answers with a line as long as that of an outcome. */
const AT_ONCE = `
  import { createServer } from "node:net";
  const answer = "x".repeat(300) + "\\n";
  const server = createServer((socket) => socket.on("error", () => {}).on("data", () => socket.write(answer)));
  server.listen(process.argv[2], () => process.stderr.write("listening at\\n"));
`;

const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-bench-"));
const [policy, atOnce] = [join(folder, "policy.acl"), join(folder, "at-once.mjs")];
writeFileSync(policy, "fail_closed = true\n", { mode: 0o600 });
writeFileSync(atOnce, AT_ONCE);
const judge = join(folder, "run/judge.sock");
const plain = join(folder, "plain.sock");
const servers = [
  { name: "`serve`", path: judge, args: [MAIN, "serve", "--policy", policy, "--socket", judge] },
  { name: "a server that answers at once", path: plain, args: [atOnce, plain] },
].map(({ name, path, args }) => {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  return { name, path, child, times: /** @type {number[]} */ ([]), cpu: 0 };
});
try {
  for (const { child, path } of servers) {
    for await (const text of child.stderr) if (String(text).includes("listening at")) break;
    await asked(path, 50);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const server of servers) {
      const before = cpuMs(server.child);
      server.times.push(...(await asked(server.path, each)));
      server.cpu += cpuMs(server.child) - before;
    }
  }
  for (const { name, times, cpu } of servers) {
    times.sort((a, b) => a - b);
    /** @param {number} share */
    const at = (share) => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(2);
    process.stdout.write(
      `${name}: ${clients} clients, ${times.length} calls: median ${at(0.5)} ms, 99 % ${at(0.99)} ms, ` +
        `longest ${at(1)} ms, ${(cpu / times.length).toFixed(3)} ms of processor time a call\n`,
    );
  }
} finally {
  for (const { child } of servers) child.kill();
  await Promise.all(servers.map(({ child }) => once(child, "close")));
  rmSync(folder, { recursive: true, force: true });
}

/** The times of all clients in milliseconds. @param {string} path @param {number} count */
async function asked(path, count) {
  return (await Promise.all(Array.from({ length: clients }, () => client(path, count)))).flat();
}

/** Asks so often, one call after the other. @param {string} path @param {number} count */
async function client(path, count) {
  const connection = connect(path);
  await once(connection, "connect");
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    connection.write(`${LINES[i % LINES.length]}\n`);
    for (let text = ""; !text.endsWith("\n"); ) text += (await once(connection, "data"))[0];
    times.push(performance.now() - began);
    if (pauseMs > 0) await pause(pauseMs * (0.5 + Math.random()));
  }
  connection.destroy();
  return times;
}
