// What a person is shown of a call: its end, and no part of a secret.

import { PassThrough } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import { BatchedWriter } from "../../../src/daemon/audit/batched-writer.js";
import { Approvals } from "../../../src/guard/approvals.js";
import { LayeredPolicy } from "../../../src/guard/layered-policy.js";
import { GuardAudit } from "../../../src/guard/resident/guard-audit.js";
import { ResidentJudge } from "../../../src/guard/resident/resident-judge.js";
import { Sentry } from "../../../src/sentry.js";

const POLICY =
  'rule "ask" { on = "ToolExec" command { program = "ls" } verdict = "escalate" severity = "low" reason = "r" }\n';
const TOKEN = `ghp_${"aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"}`;

/** What a person is shown of a command. */
async function shown(command: string): Promise<string> {
  const sentry = await Sentry.create(POLICY);
  const policy = new LayeredPolicy([{ layer: { origin: "user", path: "/p.acl" }, sentry }]);
  const approvals = new Approvals({ notify: () => {}, expired: () => {}, uid: 0, now: Date.now });
  const audit = new GuardAudit(new BatchedWriter(new PassThrough().resume()), () => new Date());
  const judge = new ResidentJudge(policy, { approvals, audit, canReachPerson: () => true });
  onTestFinished(() => judge.close());
  const { signal } = new AbortController();
  const outcome = await judge.judge({ check: { tool: "Bash", args: { command } }, canAsk: true }, signal);
  expect(outcome.outcome).toBe("ask");
  return `${approvals.list()[0]?.what} ${outcome.message}`;
}

it.each([
  ["at the cut of the message", 570, 3000],
  ["at the cut of the beginning", 990, 3000],
  ["at the cut of the end", 3000, 1010],
  ["where the search of the end begins", 6000, 4080],
])("no part of a secret %s", async (_, before, after) => {
  for (const shift of [0, 10, 20, 30]) {
    const text = await shown(`ls ${"x".repeat(before - shift)} ${TOKEN} ${"y".repeat(after - shift)}`);
    expect(text).not.toMatch(/aB3d|gH7jK|mN1pQ|sT5vW|yZ9bC|dF3hJ/);
  }
});

it.each([
  ["long characters", `ls ${"漢".repeat(1500)}; terraform destroy`],
  ["many characters", `ls ${"x".repeat(100_000)}; terraform destroy`],
])("the end of a call of %s", async (_, command) => {
  expect(await shown(command)).toContain("; terraform destroy");
});
