// Several policies judge a call, and the gravest outcome decides.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GuardOutcome } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LayeredPolicy } from "../../src/guard/layered-policy.js";
import type { LayerOrigin } from "../../src/guard/policy-layers.js";
import type { LayeredApprovals, LayeredRequest } from "../../src/guard/questions.js";
import { Sentry } from "../../src/sentry.js";
import { scratch } from "../support/scratch.js";

const LS = { tool: "Bash", args: { command: "ls" } };

function rule(name: string, program: string, verdict: string): string {
  return `rule "${name}" { on = "ToolExec" command { program = "${program}" } verdict = "${verdict}" severity = "high" reason = "r" }\n`;
}

const TIGHTEN = 'guard { project_policies = "tighten" }\n';

async function layered(...texts: string[]): Promise<LayeredPolicy> {
  const layers = [];
  for (const text of texts) {
    const layer = { origin: "user" as LayerOrigin, path: "/p.acl" };
    layers.push({ layer, sentry: await Sentry.create(`${text}\n`) });
  }
  const policy = new LayeredPolicy(layers);
  onTestFinished(() => policy.close());
  return policy;
}

/** A folder with a project's policy. */
function project(text: string): string {
  const folder = scratch();
  mkdirSync(join(folder, ".a3s-sentry"));
  writeFileSync(join(folder, ".a3s-sentry/policy.acl"), text);
  return folder;
}

/** Keeps requests, and gives one answer. */
class OneAnswer implements LayeredApprovals {
  readonly requests: LayeredRequest[] = [];
  readonly taken: string[] = [];
  answer: "approved" | "denied" | undefined;

  take(binding: string): "approved" | "denied" | undefined {
    this.taken.push(binding);
    return this.answer;
  }

  open(request: LayeredRequest): string {
    this.requests.push(request);
    return "t1";
  }
}

describe("several policies", () => {
  it.each([
    ["allow", ["allow", "allow"], "allow"],
    ["ask", ["allow", "escalate"], "ask"],
    ["deny", ["escalate", "block"], "deny"],
    ["deny in any order", ["block", "allow"], "deny"],
  ])("%s", async (_, verdicts, outcome) => {
    const policy = await layered(...verdicts.map((verdict, i) => rule(`r${i}`, "ls", verdict)));
    expect((await policy.guard({ canAsk: true }).check(LS)).outcome).toBe(outcome);
  });

  it("mask what each of them masks, and not twice", async () => {
    const pattern = (name: string, match: string) => `redact { pattern "${name}" { match = "${match}" } }`;
    const dry = `dry_run = true\n${pattern("dry", "third-secret")}`;
    const policy = await layered(pattern("one", "first-secret"), pattern("two", "second-secret"), dry);
    expect(policy.masked("ada@example.org first-secret second-secret third-secret")).toBe(
      "{{A3S_REDACTED:email:1}} {{A3S_REDACTED:one:1}} {{A3S_REDACTED:two:1}} third-secret",
    );
  });

  it("name the revision of each", async () => {
    const policy = await layered(rule("a", "ls", "allow"), rule("b", "ls", "allow"));
    expect((await policy.guard().check(LS)).revision).toMatch(/^[0-9a-f]{32}\+[0-9a-f]{32}$/);
  });

  it("ask one question for all that ask, and none for a call that one denies", async () => {
    const approvals = new OneAnswer();
    const asking = await layered(rule("a", "ls", "escalate"), rule("b", "ls", "escalate"));
    expect((await asking.guard({ approvals }).check(LS)).ticket).toBe("t1");
    expect(approvals.requests).toHaveLength(1);
    expect(approvals.requests[0]?.bindings).toEqual(approvals.taken);
    expect(new Set(approvals.taken).size).toBe(2);
    const denying = await layered(rule("a", "ls", "escalate"), rule("b", "ls", "block"));
    expect((await denying.guard({ approvals }).check(LS)).outcome).toBe("deny");
    expect(approvals.requests).toHaveLength(1);
    approvals.answer = "approved";
    expect((await asking.guard({ approvals }).check(LS)).outcome).toBe("allow");
  });

  it("deny what is no call", async () => {
    const policy = await layered("", "");
    for (const call of [null, undefined, {}, { tool: "" }]) {
      expect((await policy.guard().check(call as unknown as typeof LS)).outcome).toBe("deny");
    }
  });

  it("deny a call whose question cannot be opened", async () => {
    const policy = await layered(rule("a", "ls", "escalate"));
    const approvals: LayeredApprovals = {
      take: () => undefined,
      open: () => {
        throw new Error("too many");
      },
    };
    const outcome = await policy.guard({ approvals }).check(LS);
    expect(outcome).toMatchObject({ outcome: "deny", message: expect.stringContaining("too many") });
  });
});

describe("a project's policy", () => {
  const check = async (policy: LayeredPolicy, cwd: string): Promise<GuardOutcome["outcome"]> =>
    (await policy.guard({ cwd, canAsk: true }).check(LS)).outcome;

  it("adds blocks and escalations", async () => {
    const policy = await layered(TIGHTEN);
    expect(await check(policy, project(rule("p", "ls", "block")))).toBe("deny");
    expect(await check(policy, project(rule("p", "ls", "escalate")))).toBe("ask");
    expect(await check(policy, scratch())).toBe("allow");
  });

  it("loosens nothing", async () => {
    const policy = await layered(TIGHTEN + rule("u", "ls", "block"));
    expect(await check(policy, project(rule("p", "ls", "allow")))).toBe("deny");
    expect(await check(policy, project(rule("p", "ls", "escalate")))).toBe("deny");
    expect(await check(policy, project("dry_run = true"))).toBe("deny");
  });

  it("blocks nothing in a dry run, and shows what it would have blocked", async () => {
    const policy = await layered(`${TIGHTEN}dry_run = true`);
    for (const text of [rule("p", "ls", "block"), "broken {"]) {
      const outcome = await policy.guard({ cwd: project(text) }).check(LS);
      expect(outcome).toMatchObject({ outcome: "allow", wouldBe: "deny", grant: false });
    }
    const strict = await layered(`${TIGHTEN}dry_run = true`, "");
    expect(await check(strict, project(rule("p", "ls", "block")))).toBe("deny");
  });

  it("is judged as it is now", async () => {
    const policy = await layered(TIGHTEN);
    const folder = project(rule("p", "ls", "block"));
    expect(await check(policy, folder)).toBe("deny");
    writeFileSync(join(folder, ".a3s-sentry/policy.acl"), rule("other", "rm", "block"));
    expect(await check(policy, folder)).toBe("allow");
  });

  it("that is broken denies, without its text in the message", async () => {
    const policy = await layered(TIGHTEN);
    const outcome = await policy.guard({ cwd: project('secret "x') }).check(LS);
    expect(outcome.outcome).toBe("deny");
    expect(outcome.message).not.toContain("secret");
  });

  it("does not count unless it is asked for", async () => {
    expect(await check(await layered(""), project(rule("p", "ls", "block")))).toBe("allow");
  });

  it("gets no variables and no slow tiers", async () => {
    const policy = await layered(TIGHTEN);
    const reads = project('llm { url = env("A3S_TEST_URL") }');
    vi.stubEnv("A3S_TEST_URL", "http://127.0.0.1:1");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await check(policy, reads)).toBe("deny");
  });
});
