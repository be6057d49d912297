// `a3s-sentry run --metrics-addr`: the metrics for Prometheus, and their address.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Sentry } from "a3s-sentry";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Running, run, scratch, start } from "./command.js";
import { ALLOW, BLOCK, Endpoint, UNSURE } from "./endpoint.js";
import { attack, audits, BENIGN, ESCALATION, METADATA, totals } from "./events.js";

type Samples = ReadonlyMap<string, number>;

/** The number of built-in rules, with those of the packs that are on by default. */
async function builtinRules(): Promise<number> {
  const sentry = await Sentry.create({});
  const { length } = sentry.policy.rules;
  sentry.close();
  return length;
}

async function addressOf(running: Running): Promise<string> {
  await running.until(({ stderr }) => /metrics at \S+\n/.test(stderr));
  return /metrics at (\S+)\n/.exec(running.stderr)?.[1] ?? "";
}

/** Parses the text format, in which every line must be valid. */
async function scrape(url: string): Promise<Samples> {
  const response = await fetch(url);
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ]);
  const samples = new Map<string, number>();
  for (const line of (await response.text()).trimEnd().split("\n")) {
    if (line === "" || /^# (?:HELP [a-z_]+ .+|TYPE [a-z_]+ (?:counter|gauge|histogram))$/.test(line)) continue;
    const [, name = "", value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    expect(name, line).not.toBe("");
    expect(Number.isNaN(Number(value)), line).toBe(false);
    samples.set(name, Number(value));
  }
  return samples;
}

const METRICS = ["--metrics-addr", "127.0.0.1:0"];

it("serves the numbers of the totals", async () => {
  const cwd = scratch();
  let asked = 0;
  const l2 = await Endpoint.start(({ answer }) => {
    asked += 1;
    if (asked <= 3) answer([BLOCK, ALLOW, UNSURE][asked - 1] ?? ALLOW);
  });
  writeFileSync(join(cwd, "p.acl"), "");
  const args = [
    "run",
    "-p",
    "p.acl",
    "--exec-deny",
    "no/such/folder",
    "--egress-deny",
    "e",
    "--workers",
    "1",
    "--queue",
    "1",
  ];
  const running = start([...args, ...METRICS], { cwd, env: l2.env });
  const url = await addressOf(running);
  const before = await scrape(url);
  expect(before.get("sentry_events_total")).toBe(0);
  expect(before.get('sentry_decisions_total{tier="Agent",verdict="block"}')).toBe(0);
  for (let i = 1; i <= 3; i++) {
    running.child.stdin.write(ESCALATION);
    await running.until(({ stdout }) => stdout.split("\n").length > i);
  }
  // One is with L2, one waits, and the queue has no room for two.
  running.child.stdin.write(ESCALATION.repeat(4) + BENIGN.repeat(5) + METADATA.repeat(2) + attack());
  running.child.stdin.write(`noise\n\n{"event":{"LlmCall":{}}}\n${"x".repeat(5_000_000)}\n`);
  await running.until(({ stdout }) => stdout.split("\n").length > 8);
  writeFileSync(join(cwd, "p.acl"), "rule {");
  await running.until(({ stderr }) => stderr.includes("the current policy stays in force"));
  expect((await scrape(url)).get("sentry_last_reload_successful")).toBe(0);
  writeFileSync(
    join(cwd, "p.acl"),
    'rule "r" { on = "Dns" match = "x" verdict = "allow" severity = "info" reason = "r" }',
  );
  await running.until(({ stderr }) => stderr.includes("reloaded `p.acl`"));
  const got = await scrape(url);
  const numbers = Object.fromEntries([...got].filter(([name]) => name.startsWith("sentry_")));
  expect(numbers).toMatchObject({
    sentry_events_total: 15,
    sentry_blocked_total: 4,
    sentry_overload_degraded_total: 2,
    sentry_enforce_failed_total: 1,
    sentry_enforced_total: 2,
    sentry_deny_file_full_total: 0,
    'sentry_not_enforced_total{why="program-from-argv"}': 0,
    'sentry_not_enforced_total{why="deleted-program"}': 0,
    'sentry_not_enforced_total{why="unresolved-path"}': 0,
    'sentry_decisions_total{tier="Rules",verdict="allow"}': 8,
    'sentry_decisions_total{tier="Rules",verdict="block"}': 3,
    'sentry_decisions_total{tier="Llm",verdict="allow"}': 2,
    'sentry_decisions_total{tier="Llm",verdict="block"}': 1,
    'sentry_decisions_total{tier="Agent",verdict="allow"}': 0,
    'sentry_decisions_total{tier="Sae",verdict="block"}': 0,
    'sentry_unresolved_escalations_total{mode="fail-open"}': 4,
    'sentry_unresolved_escalations_total{mode="fail-closed"}': 0,
    'sentry_lines_skipped_total{why="malformed"}': 2,
    'sentry_lines_skipped_total{why="nothing-to-judge"}': 1,
    'sentry_lines_skipped_total{why="oversized"}': 1,
    'sentry_tier_seconds_count{tier="Llm"}': 3,
    'sentry_tier_seconds_count{tier="Agent"}': 0,
    'sentry_tier_failures_total{tier="Llm"}': 0,
    sentry_queue_depth: 1,
    sentry_queue_capacity: 1,
    sentry_judgments_in_flight: 1,
    'sentry_reloads_total{result="success"}': 1,
    'sentry_reloads_total{result="failure"}': 1,
    sentry_last_reload_successful: 1,
    'sentry_policy_rules{origin="site"}': 1,
    'sentry_policy_rules{origin="builtin"}': await builtinRules(),
  });
  const lastReload = (samples: Samples) => samples.get("sentry_last_reload_timestamp_seconds") ?? Number.NaN;
  expect(lastReload(got)).toBeGreaterThan(lastReload(before));
  expect(
    [...got.keys()].some((name) => /^sentry_build_info\{version="\d+\.\d+\.\d+",node="\d+\.\d+\.\d+"\}$/.test(name)),
  ).toBe(true);
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"])
    expect(got.get(name)).toBeGreaterThan(0);
  // Each event and each line that is too long has one decision, or is still pending.
  const decided = [...got].filter(([name]) => name.startsWith("sentry_decisions_total")).map(([, value]) => value);
  expect(decided.reduce((sum, value) => sum + value, 0)).toBe(15 + 1 - 2);
  for (const { answer } of l2.questions.slice(3)) answer(BLOCK);
  await soon(() => l2.questions.length).toBe(5);
  l2.questions[4]?.answer(BLOCK);
  running.child.stdin.end();
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(0);
  expect(audits(stdout)).toHaveLength(11);
  expect(totals(stderr)).toBe(
    "a3s-sentry: 15 events judged, 6 blocked, 8 escalated (4 decided by L2, and 4 allowed, fail-open), 2 in deny-files, " +
      "1 NOT WRITTEN to deny-files; degraded: 2 by overload; lines that no rule judged: 1 over 4 MiB; lines skipped: 1 with nothing to judge, 2 malformed",
  );
});

const soon = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });

it("is not healthy while nothing but malformed lines has come", async () => {
  const running = start(["run", ...METRICS]);
  const url = await addressOf(running);
  const health = async () => {
    const response = await fetch(url.replace("metrics", "healthz"));
    return [response.status, await response.text()];
  };
  const recognized = async () => (await scrape(url)).get("sentry_input_recognized");
  expect([await health(), await recognized()]).toEqual([[200, "ok\n"], 1]);
  running.child.stdin.write('{"output":"x","priority":"Notice","rule":"r"}\n');
  const problem = "nothing but malformed lines has come: stderr shows the first one\n";
  await expect.poll(health, { timeout: 30_000 }).toEqual([503, problem]);
  expect(await recognized()).toBe(0);
  running.child.stdin.write(BENIGN);
  await expect.poll(health, { timeout: 30_000 }).toEqual([200, "ok\n"]);
  expect(await recognized()).toBe(1);
});

it("counts failures of a tier", async () => {
  const l2 = await Endpoint.start(({ response }) => response.writeHead(429).end());
  const running = start(["run", ...METRICS], { env: l2.env });
  const url = await addressOf(running);
  running.child.stdin.write(ESCALATION);
  await running.until(({ stdout }) => stdout.includes("L2 unavailable"));
  expect((await scrape(url)).get('sentry_tier_failures_total{tier="Llm"}')).toBe(1);
});

describe("the address", () => {
  it.each([["9090"], ["localhost:9090"], ["127.0.0.1:99999"]])("is refused at the start: %s", async (address) => {
    const { code, stdout, stderr } = await run(["run"], METADATA, { env: { A3S_SENTRY_METRICS_ADDR: address } });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("`A3S_SENTRY_METRICS_ADDR` must be an IP address and a port");
  });

  it("that is in use stops the start", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, stdout, stderr } = await run(["run", "--metrics-addr", address], METADATA);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`error: cannot serve metrics at \`${address}\`: the address is already in use`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("of another machine stops the start", async () => {
    const { code, stderr } = await run(["run", "--metrics-addr", "192.0.2.1:9090"], METADATA);
    expect(code).toBe(2);
    expect(stderr).toContain("this machine does not have the address");
  });
});

it("does not keep the process alive for an open connection", async () => {
  const running = start(["run", ...METRICS]);
  const { hostname, port } = new URL(await addressOf(running));
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /");
  await once(socket, "data");
  running.child.stdin.end();
  const ended = await Promise.race([running.ended, sleep(20_000, undefined)]);
  expect(ended?.code).toBe(0);
});

it("is not served by default", async () => {
  const { stderr } = await run(["run"], METADATA);
  expect(stderr).not.toContain("metrics");
});
