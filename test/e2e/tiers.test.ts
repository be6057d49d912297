// `a3s-sentry run` with slow tiers: a loopback endpoint for L2, a script for L3.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { bash, run, scratch, start } from "./command.js";
import { ALLOW, BLOCK, Endpoint, UNSURE } from "./endpoint.js";
import { type Audit, attack, audits, BENIGN, ESCALATION, METADATA, totals } from "./events.js";

/** Each process reads another path: equal escalations of one agent would share a decision. */
const shadow = (pid: number, agent = "py") =>
  `${JSON.stringify({ identity: { agent }, event: { FileAccess: { pid, path: `/proc/${pid}/root/etc/shadow` } } })}\n`;
const exec = (pid: number, ...argv: string[]) =>
  `${JSON.stringify({ identity: { agent: "py" }, event: { ToolExec: { pid, argv } } })}\n`;

/**
 * A module that a run loads first. It sends the run a SIGHUP when it opens its policy for the first
 * time.
 */
const HANG_UP_AT_POLICY = `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const open = fs.openSync;
fs.openSync = (path, ...rest) => {
  if (String(path).endsWith("p.acl")) {
    fs.openSync = open;
    syncBuiltinESMExports();
    process.kill(process.pid, "SIGHUP");
  }
  return open(path, ...rest);
};
syncBuiltinESMExports();
`;

/** A machine may be busy, so a test waits as long as its time limit. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });
const brief = ({ decision }: Audit) => [decision.verdict, decision.tier, decision.reason];

/** An L3 that writes its arguments and recent events to files, and answers. */
function investigator(cwd: string, answer: object): string {
  const path = join(cwd, "investigator.sh");
  const script = [
    "#!/bin/sh",
    `printf '%s\\n' "$@" >"${cwd}/prompt"`,
    `if [ -n "$A3S_SENTRY_RECENT_EVENTS" ]; then cat "$A3S_SENTRY_RECENT_EVENTS" >"${cwd}/recent"; fi`,
    `echo '${JSON.stringify(answer)}'`,
  ];
  writeFileSync(path, `${script.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** An escalation whose target sentry denies by itself. */
const KEY = ESCALATION.replace("/etc/shadow", "/root/.netrc");

describe("L2", () => {
  it("resolves escalations, which are audited and denied", async () => {
    const cwd = scratch();
    const l2 = await Endpoint.start(({ text, answer }) => answer(text.includes("/root/.netrc") ? BLOCK : ALLOW));
    const bind = `${JSON.stringify({ event: { SecurityAction: { pid: 1, kind: "bind", detail: 80 } } })}\n`;
    const { code, stdout, stderr } = await run(["run", "--file-deny", "f.txt"], KEY + bind + BENIGN, {
      cwd,
      env: l2.env,
    });
    expect(code).toBe(0);
    const found = audits(stdout);
    expect(found.map(brief).sort()).toEqual([
      ["allow", "Llm", "L2: harmless"],
      ["block", "Llm", "L2: harmful"],
    ]);
    expect(found.find(({ decision }) => decision.verdict === "block")).toEqual({
      event: "FileAccess",
      subject: "/root/.netrc",
      decision: {
        verdict: "block",
        tier: "Llm",
        severity: "high",
        reason: "L2: harmful",
        action: { DenyFile: "/root/.netrc" },
        risk: { category: "data_leak", name: "Credential or sensitive file access", risk_type: "atomic" },
      },
      enforced: "f.txt",
      pid: 1,
    });
    expect(readFileSync(join(cwd, "f.txt"), "utf8")).toBe("/root/.netrc\n");
    expect(stderr.split("\n")[0]).toContain(`tiers L1, L2 (test at ${new URL(l2.url).origin}); fail-open;`);
    expect(stderr).not.toContain("WARNING");
    expect(totals(stderr)).toBe("a3s-sentry: 3 events judged, 1 blocked, 2 escalated (decided by L2), 1 in deny-files");
  });

  it("that is unreachable leaves escalations to the fail mode, with the reason and the rule's action", async () => {
    const cwd = scratch();
    const env = { A3S_SENTRY_LLM_URL: "http://127.0.0.1:1/v1", A3S_SENTRY_LLM_MODEL: "m" };
    const { stdout } = await run(["run", "--fail-closed", "--file-deny", "f"], KEY, { cwd, env });
    expect(audits(stdout)[0]).toMatchObject({
      decision: {
        verdict: "block",
        tier: "Llm",
        severity: "medium",
        reason: expect.stringMatching(/^L2 unavailable: .* \[unresolved escalation, fail-closed\]$/),
        action: { DenyFile: "/root/.netrc" },
        resolution: "unresolved-escalation",
      },
      enforced: "f",
    });
  });

  it("never shows its key", async () => {
    const cwd = scratch();
    const key = "sk-very-secret-key";
    const l2 = await Endpoint.start(({ response }) => response.writeHead(500).end(key));
    const { stdout, stderr } = await run(["run"], ESCALATION, { cwd, env: { ...l2.env, A3S_SENTRY_LLM_KEY: key } });
    expect(l2.questions[0]?.key).toBe(`Bearer ${key}`);
    expect(stdout).toContain("L2 unavailable: HTTP 500");
    expect(stdout + stderr).not.toContain(key);
  });

  it("may quote a secret, which no audit line contains", async () => {
    const secret = "AKIA2E2A3F3B244C5576";
    const l2 = await Endpoint.start(({ answer }) => answer({ ...BLOCK, reason: `${secret} goes to eve@x.example` }));
    const { stdout } = await run(["run"], exec(1, "mkfifo", secret), { env: l2.env });
    const [audit] = audits(stdout);
    const shown = "{{A3S_REDACTED:aws_access_key_id:1}}";
    expect([audit?.subject, audit?.decision.reason]).toEqual([`mkfifo ${shown}`, `L2: ${shown} goes to eve@x.example`]);
    expect(l2.questions[0]?.text).toContain(secret);
  });

  it("gets a limited number of concurrent questions, and never stops the stream", async () => {
    const waiting: (() => void)[] = [];
    const l2 = await Endpoint.start(({ answer }) => waiting.push(() => answer(ALLOW)));
    const running = start(["run", "--workers", "3"], { env: l2.env });
    for (let pid = 1; pid <= 10; pid++) running.child.stdin.write(shadow(pid) + attack(`/bin/${pid}`));
    await running.until(({ stdout }) => stdout.split("\n").length > 10);
    expect(audits(running.stdout).map(({ subject }) => subject?.split(" ")[0])).toEqual(
      Array.from({ length: 10 }, (_, i) => `/bin/${i + 1}/curl`),
    );
    await soon(() => waiting.length).toBe(3);
    running.child.stdin.end();
    for (let answered = 0; answered < 10; answered++) {
      await soon(() => waiting.length).toBeGreaterThan(answered);
      waiting[answered]?.();
    }
    const { code, stdout, stderr } = await running.ended;
    expect([code, l2.most]).toEqual([0, 3]);
    expect(audits(stdout)).toHaveLength(20);
    expect(totals(stderr)).toContain("20 events judged, 10 blocked, 10 escalated (decided by L2)");
  });
});

describe("L3", () => {
  it("resolves what L2 does not, and gets the recent events of the same agent and process", async () => {
    const cwd = scratch();
    const l2 = await Endpoint.start(({ answer }) => answer(UNSURE));
    const bin = investigator(cwd, BLOCK);
    const own = [exec(7, "ls", "1"), exec(7, "cat", "notes")];
    const input = own[0] + exec(8, "ls") + own[1] + shadow(7) + exec(7, "after");
    const { stdout, stderr } = await run(["run", "--agent-bin", bin], input, { cwd, env: l2.env });
    expect(audits(stdout).map(brief)).toEqual([["block", "Agent", "L3: harmful"]]);
    expect(readFileSync(join(cwd, "recent"), "utf8")).toBe(own.join(""));
    expect(readFileSync(join(cwd, "prompt"), "utf8")).toContain("/etc/shadow");
    expect(stderr.split("\n")[0]).toContain(`, L3 (${bin}); `);
    expect(totals(stderr)).toContain("1 escalated (decided by L3)");
  });

  it("without L2 is asked directly, and its failures take the fail mode", async () => {
    const cwd = scratch();
    const { stdout, stderr } = await run(["run", "--fail-closed"], shadow(7) + shadow(8), {
      cwd,
      env: { A3S_SENTRY_AGENT_BIN: "/bin/false" },
    });
    expect(stderr.match(/^warning: L3 unavailable: .* \(reported once\)$/gm)).toHaveLength(1);
    expect(audits(stdout)[0]?.decision).toMatchObject({
      verdict: "block",
      tier: "Agent",
      severity: "medium",
      reason: expect.stringMatching(/^L3 unavailable \(.*\); fail-closed$/),
    });
  });

  it("gets the recent events from a large file too", { timeout: 60_000 }, async () => {
    const cwd = scratch();
    const own = Array.from({ length: 60 }, (_, i) => exec(7, "ls", String(i)));
    const filler = exec(8, "cat", "x".repeat(300)).repeat(20);
    const bulk = exec(9, "x".repeat(1000)).repeat(16_000);
    writeFileSync(join(cwd, "in"), bulk + own.map((line) => line + filler).join("") + shadow(7) + bulk);
    const bin = investigator(cwd, ALLOW);
    const { stdout, stderr } = await bash(`$SENTRY run --agent-bin ${bin} <in`, { cwd });
    expect(audits(stdout).map(brief)).toEqual([["allow", "Agent", "L3: harmless"]]);
    expect(readFileSync(join(cwd, "recent"), "utf8")).toBe(own.slice(10).join(""));
    expect(totals(stderr)).toContain("1 escalated (decided by L3)");
  });

  it("runs in parallel with L2 if speculation is on", async () => {
    const cwd = scratch();
    const bin = investigator(cwd, BLOCK);
    // In sequence, this would be the answer.
    const l2 = await Endpoint.start(({ answer }) => answer(ALLOW));
    const { stdout, stderr } = await run(["run", "--agent-bin", bin, "--speculate", "high"], shadow(7), {
      cwd,
      env: l2.env,
    });
    expect(audits(stdout).map(brief)).toEqual([["block", "Agent", "L3: harmful"]]);
    expect(stderr).toContain("; speculation high; ");
  });
});

describe("overload", () => {
  it.each([
    ["a pipe", "cat in | $SENTRY run"],
    ["a file", "$SENTRY run <in"],
  ])("from %s: each event has one outcome, and the counts are exact", { timeout: 120_000 }, async (_, command) => {
    const cwd = scratch();
    const l2 = await Endpoint.start(async ({ answer }) => {
      await sleep(20);
      answer(BLOCK);
    });
    const count = 100_000;
    const lines = Array.from({ length: count }, (_, pid) =>
      pid % 20 === 0 ? shadow(pid) : exec(pid, "cat", "x".repeat(150)),
    );
    writeFileSync(join(cwd, "in"), lines.join(""));
    const { code, stdout, stderr } = await bash(`${command} --workers 2 --queue 30`, { cwd, env: l2.env });
    expect(code).toBe(0);
    const found = audits(stdout);
    const escalated = count / 20;
    expect(found).toHaveLength(escalated);
    const degraded = found.filter((audit) => audit.degraded === "overload");
    const settled = found.filter(({ decision }) => decision.tier === "Llm");
    expect(degraded.length + settled.length).toBe(escalated);
    expect(settled).toHaveLength(l2.questions.length);
    expect(settled.length).toBeGreaterThanOrEqual(32);
    expect(degraded.every(({ decision }) => decision.verdict === "allow" && decision.tier === "Rules")).toBe(true);
    expect(totals(stderr)?.replaceAll(/(?<=\d),(?=\d)/g, "")).toBe(
      `a3s-sentry: ${count} events judged, ${settled.length} blocked, ${escalated} escalated (${settled.length} decided by L2, and ` +
        `${degraded.length} allowed, fail-open); degraded: ${degraded.length} by overload`,
    );
    expect(l2.most).toBe(2);
  });
});

describe("fairness", () => {
  it("judges the escalation of a quiet agent next, however many a noisy one has sent", async () => {
    const waiting: (() => void)[] = [];
    const l2 = await Endpoint.start(({ answer }) => waiting.push(() => answer(BLOCK)));
    const running = start(["run", "--workers", "1", "--queue", "16"], { env: l2.env });
    for (let pid = 1; pid <= 500; pid++) running.child.stdin.write(shadow(pid, "noisy"));
    running.child.stdin.write(shadow(9999, "quiet"));
    running.child.stdin.end();
    for (let answered = 0; answered < 3; answered++) {
      await soon(() => waiting.length).toBeGreaterThan(answered);
      waiting[answered]?.();
    }
    await running.until(({ stdout }) => /"agent":"quiet".*"tier":"Llm"/.test(stdout));
    for (let answered = 3; answered < 17; answered++) {
      await soon(() => waiting.length).toBeGreaterThan(answered);
      waiting[answered]?.();
    }
    const { stdout, stderr } = await running.ended;
    expect(audits(stdout)).toHaveLength(501);
    expect(totals(stderr)).toContain("degraded: 484 by overload");
  });

  it("asks once about equal escalations of a named agent, and gives each its line", async () => {
    const waiting: (() => void)[] = [];
    const l2 = await Endpoint.start(({ answer }) => waiting.push(() => answer(BLOCK)));
    const running = start(["run"], { env: l2.env });
    running.child.stdin.write(shadow(7).repeat(1000) + ESCALATION.repeat(2));
    running.child.stdin.end();
    await soon(() => waiting.length).toBe(3);
    for (const answer of waiting) answer();
    const { stdout } = await running.ended;
    expect(audits(stdout).map(brief)).toEqual(Array.from({ length: 1002 }, () => ["block", "Llm", "L2: harmful"]));
    expect(l2.questions).toHaveLength(3);
  });
});

describe("signals", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s judges the waiting escalations, and shows in /healthz",
    async (signal) => {
      const answers: (() => void)[] = [];
      const l2 = await Endpoint.start(({ answer }) => answers.push(() => answer(BLOCK)));
      const running = start(["run", "--metrics-addr", "127.0.0.1:0"], { env: l2.env });
      running.child.stdin.write(shadow(1) + shadow(2) + METADATA);
      await soon(() => answers.length).toBe(2);
      const health = (/http:\S+/.exec(running.stderr.split("metrics at ")[1] ?? "")?.[0] ?? "").replace(
        "metrics",
        "healthz",
      );
      expect((await fetch(health)).status).toBe(200);
      running.child.kill(signal);
      await soon(async () => (await fetch(health)).status).toBe(503);
      for (const answer of answers) answer();
      const { code, stdout } = await running.ended;
      expect(code).toBe(0);
      expect(audits(stdout)).toHaveLength(3);
    },
  );

  it("a second one ends the process at once", async () => {
    const l2 = await Endpoint.start(() => {});
    const running = start(["run"], { env: l2.env });
    running.child.stdin.write(shadow(1));
    await soon(() => l2.questions.length).toBe(1);
    running.child.kill("SIGTERM");
    await sleep(100);
    running.child.kill("SIGTERM");
    expect((await running.ended).signal).toBe("SIGTERM");
  });

  it("SIGHUP reloads at once", async () => {
    const cwd = scratch();
    const running = start(["run"], { cwd });
    await running.until(({ stderr }) => stderr.includes("WARNING"));
    running.child.kill("SIGHUP");
    await running.until(({ stderr }) => stderr.includes("reloaded the built-in rules: "));
    running.child.stdin.end(METADATA);
    const { code, stdout } = await running.ended;
    expect([code, audits(stdout).length]).toEqual([0, 1]);
  });

  it("SIGHUP during the first load causes a second one", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "p.acl"), "rules = []\n");
    writeFileSync(join(cwd, "hang-up.mjs"), HANG_UP_AT_POLICY);
    const running = start(["run", "-p", "p.acl"], { cwd, env: { NODE_OPTIONS: "--import ./hang-up.mjs" } });
    await running.until(({ stderr }) => stderr.includes("reloaded `p.acl`: "));
    running.child.stdin.end();
    expect((await running.ended).code).toBe(0);
  });
});

it("a reload aborts and loses no judgement", async () => {
  const cwd = scratch();
  const answers: (() => void)[] = [];
  const l2 = await Endpoint.start(({ answer }) => answers.push(() => answer(BLOCK)));
  const llm = `llm { url = "${l2.url}" model = "m" }\n`;
  writeFileSync(join(cwd, "c.acl"), llm);
  const running = start(["run", "-c", "c.acl", "--workers", "2"], { cwd });
  for (let pid = 1; pid <= 4; pid++) running.child.stdin.write(shadow(pid));
  await soon(() => answers.length).toBe(2);
  for (const failClosed of [true, false, true]) {
    const before = running.stderr.split("reloaded").length;
    writeFileSync(join(cwd, "c.acl"), `${llm}fail_closed = ${failClosed}\n`);
    await running.until(({ stderr }) => stderr.split("reloaded").length > before);
  }
  expect(l2.questions.every(({ response }) => !response.destroyed)).toBe(true);
  running.child.stdin.end();
  for (let i = 0; i < 4; i++) {
    await soon(() => answers.length).toBeGreaterThan(i);
    answers[i]?.();
  }
  const { stdout, stderr } = await running.ended;
  expect(audits(stdout).map(brief)).toEqual(Array.from({ length: 4 }, () => ["block", "Llm", "L2: harmful"]));
  expect(totals(stderr)).toContain("4 escalated (decided by L2)");
});

it("a reader that does not read stdout stops the reading of stdin", async () => {
  const running = start(["run"]);
  running.child.stdout.pause();
  running.child.stdout.removeAllListeners("data");
  const text = METADATA.repeat(1000);
  let written = 0;
  let stalled = false;
  while (!stalled) {
    if (running.child.stdin.write(text)) continue;
    written += 1;
    stalled = await Promise.race([
      new Promise<false>((resolve) => running.child.stdin.once("drain", () => resolve(false))),
      sleep(2000, true),
    ]);
    expect(written).toBeLessThan(1000);
  }
  expect(running.child.stdin.writableLength).toBeGreaterThan(0);
});

describe("commands without tiers", () => {
  it.each([
    ["check", ["check", "c.acl"]],
    ["explain", ["explain", "-p", "c.acl", ESCALATION]],
  ])("%s", async (_, args) => {
    const cwd = scratch();
    const l2 = await Endpoint.start(({ answer }) => answer(BLOCK));
    writeFileSync(join(cwd, "c.acl"), `llm { url = "${l2.url}" model = "m" } agent { bin = "./l3.sh" }`);
    writeFileSync(join(cwd, "l3.sh"), "#!/bin/sh\ntouch ran\n", { mode: 0o755 });
    const { code } = await run(args, "", { cwd });
    expect(code).toBe(0);
    expect([l2.questions.length, existsSync(join(cwd, "ran"))]).toEqual([0, false]);
  });
});
