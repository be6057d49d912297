// Measures how long callers of `a3s-sentry serve` wait: many at a time, each on its own connection,
// with a pause between its calls, which agents make longer.
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
const each = Math.ceil(Number(values.requests) / clients);

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

const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-bench-"));
const policy = join(folder, "policy.acl");
const socket = join(folder, "run/judge.sock");
writeFileSync(policy, "fail_closed = true\n", { mode: 0o600 });
const server = spawn(process.execPath, [MAIN, "serve", "--policy", policy, "--socket", socket], {
  stdio: ["ignore", "ignore", "pipe"],
});
try {
  for await (const text of server.stderr) if (String(text).includes("listening at")) break;
  await Promise.all(Array.from({ length: clients }, () => client(50)));
  const began = performance.now();
  const times = (await Promise.all(Array.from({ length: clients }, () => client(each)))).flat().sort((a, b) => a - b);
  const seconds = (performance.now() - began) / 1000;
  /** @param {number} share */
  const at = (share) => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(2);
  process.stdout.write(
    `${clients} clients, ${times.length} calls, ${Math.round(times.length / seconds)} a second: ` +
      `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms\n`,
  );
} finally {
  server.kill();
  await once(server, "close");
  rmSync(folder, { recursive: true, force: true });
}

/** Asks so often, one call after the other, and returns the times in milliseconds. @param {number} count */
async function client(count) {
  const connection = connect(socket);
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
