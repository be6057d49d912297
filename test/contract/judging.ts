// Decisions by rules, by the fail mode and by tiers, and their explanation.

import type { RuleInput } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import type { Core } from "./core.js";

const SITE = `
deny  { exec = "exec.txt" }
rules = [
  { name = "no-netcat", on = "ToolExec", match = "nc",
    verdict = "block", severity = "high", reason = "netcat",
    action = "deny-exec" },
]`;

export function judgingSuite({ Sentry, egress, toolExec, fileAccess, dns, securityAction }: Core): void {
  describe("judging", () => {
    it("blocks by a built-in rule, with a deny action", async () => {
      const sentry = await Sentry.create("");
      expect(await sentry.evaluate(egress(1234, "169.254.169.254", 80))).toEqual({
        verdict: "block",
        tier: "Rules",
        severity: "high",
        reason: "cloud-metadata: cloud instance-metadata access (SSRF/cred theft)",
        action: { kind: "DenyEgress", target: "169.254.169.254" },
        targetFrom: "observed",
        risk: { category: "systemic_risk", name: "Cloud metadata SSRF", riskType: "system" },
        rule: "cloud-metadata",
        evidence: "complete",
      });
      sentry.close();
    });

    it("applies site rules first", async () => {
      const sentry = await Sentry.create(SITE);
      expect(await sentry.evaluate(toolExec(1, ["/usr/bin/nc", "-e", "/bin/sh"]))).toMatchObject({
        verdict: "block",
        rule: "no-netcat",
        reason: "no-netcat: netcat",
        action: { kind: "DenyExec", target: "/usr/bin/nc" },
      });
      expect(sentry.policy.deny).toEqual({ egress: null, file: null, exec: "exec.txt" });
      sentry.close();
    });

    it("allows an event that no rule matches", async () => {
      const sentry = await Sentry.create("");
      expect(sentry.classify(toolExec(1234, ["ls", "-la"]))).toEqual({
        verdict: "allow",
        tier: "Rules",
        severity: "info",
        reason: "no rule matched",
        evidence: "complete",
      });
      sentry.close();
    });

    it("applies the fail mode to an escalation", async () => {
      const event = fileAccess(1, "/home/u/.ssh/id_rsa");
      const [open, closed] = [await Sentry.create(""), await Sentry.create("fail_closed = true")];
      expect(open.classify(event)).toMatchObject({
        verdict: "escalate",
        action: { kind: "DenyFile", target: "/home/u/.ssh/id_rsa" },
      });
      const allowed = await open.evaluate(event);
      expect(allowed).toMatchObject({
        verdict: "allow",
        severity: "high",
        reason: "read-credentials: access to a credential file [unresolved escalation, fail-open]",
        resolution: "unresolved-escalation",
      });
      expect(allowed).not.toHaveProperty("action");
      expect(await closed.evaluate(event)).toMatchObject({
        verdict: "block",
        reason: "read-credentials: access to a credential file [unresolved escalation, fail-closed]",
        action: { kind: "DenyFile", target: "/home/u/.ssh/id_rsa" },
      });
      open.close();
      closed.close();
    });

    it("asks the given tiers", async () => {
      const sentry = await Sentry.create("", {
        tiers: {
          l2: {
            tier: "Llm",
            judge: async ({ subject }) => ({ verdict: "block", severity: "low", reason: `saw ${subject}` }),
          },
        },
      });
      expect(await sentry.evaluate(securityAction(7, "bind", 4444))).toEqual({
        verdict: "block",
        tier: "Llm",
        severity: "low",
        reason: "saw bind 4444",
        risk: { category: "other", name: "Other risk", riskType: "atomic" },
        evidence: "complete",
      });
      sentry.close();
    });

    it("states that evidence was truncated", async () => {
      const sentry = await Sentry.create("");
      const cut = { event: { ToolExec: { pid: 1, argv: ["ls"], argv_truncated: true } } };
      expect(sentry.classify(cut)).toMatchObject({ verdict: "allow", evidence: "partial" });
      sentry.close();
    });

    it("never denies the wildcard address", async () => {
      const rule: RuleInput = {
        name: "all",
        on: "Egress",
        match: ".",
        verdict: "block",
        severity: "low",
        reason: "r",
        action: "deny-egress",
      };
      const sentry = await Sentry.create({ rules: [rule] });
      for (const peer of ["0.0.0.0", "127.0.0.1", " "]) {
        const decision = sentry.classify(egress(1, peer, 1));
        expect([decision.verdict, decision.action]).toEqual(["block", undefined]);
      }
      expect(sentry.classify(egress(1, "10.0.0.1")).action?.target).toBe("10.0.0.1");
      sentry.close();
    });

    it("explains a decision as the judge made it", async () => {
      const rules = ["x", "😀 evil", "evil\\.test"].map(
        (match, i): RuleInput => ({
          name: `r${i}`,
          on: "Dns",
          match,
          verdict: "block",
          severity: "low",
          reason: "r",
        }),
      );
      const sentry = await Sentry.create({ rules });
      const event = dns(1, "😀 evil.test");
      const explained = sentry.explain(event);
      expect(explained).toMatchObject({
        kind: "Dns",
        subject: "😀 evil.test",
        rule: "r1",
        matched: "😀 evil",
        span: { start: 0, end: 7 },
      });
      expect(explained?.decision).toEqual(sentry.classify(event));
      // The rules of packs follow.
      const first = explained?.rules.slice(0, 5);
      expect(first?.map(({ name, outcome, span }) => [name, outcome, span])).toEqual([
        ["r0", "no-match", undefined],
        ["r1", "decided", { start: 0, end: 7 }],
        ["r2", "shadowed", { start: 3, end: 12 }],
        ["oob-exfil-dns", "no-match", undefined],
        ["suspicious-dns", "no-match", undefined],
      ]);
      expect(sentry.explain("junk")).toBeNull();
      expect(sentry.explain(dns(1, "plain"))).not.toHaveProperty("rule");
      sentry.close();
    });

    it("blocks by a built-in rule although a site rule escalates, and explains both sides", async () => {
      const publish: RuleInput = {
        name: "publish",
        on: "ToolExec",
        match: "npm publish",
        verdict: "escalate",
        severity: "low",
        reason: "r",
      };
      const sentry = await Sentry.create({ rules: [publish] });
      const event = toolExec(1, ["sh", "-c", "npm publish; rm -rf /"]);
      expect(sentry.classify(event)).toMatchObject({ verdict: "block", rule: "destructive-rm", severity: "high" });
      const explained = sentry.explain(event);
      expect(explained).toMatchObject({
        rule: "destructive-rm",
        site: { rule: "publish", verdict: "escalate" },
        builtin: { rule: "destructive-rm", verdict: "block" },
        why: "the verdict of `destructive-rm` is graver than that of `publish`",
      });
      expect(explained?.rules[0]).toMatchObject({
        outcome: "shadowed",
        why: "matches, but the verdict of `destructive-rm` is graver",
      });
      sentry.close();
    });

    it("explains an exception, equal verdicts, an override and the default", async () => {
      const rule = (name: string, match: string, verdict: RuleInput["verdict"]): RuleInput => {
        return { name, on: ["ToolExec", "FileAccess"], match, verdict, severity: "low", reason: "r" };
      };
      const sentry = await Sentry.create({
        default: "escalate",
        rules: [
          rule("allowed", "^rm -rf /$", "allow"),
          rule("shadow", "^/etc/shadow$", "escalate"),
          { ...rule("home", "^rm -rf ~$", "escalate"), overrides: ["destructive-rm"] },
        ],
      });
      const sides = (event: string) => {
        const { site, builtin, why } = sentry.explain(event) ?? {};
        return [site?.rule, builtin?.rule, why];
      };
      expect(sides(toolExec(1, ["rm", "-rf", "/"]))).toEqual([
        "allowed",
        "destructive-rm",
        "site rule `allowed` is an exception: an `allow`",
      ]);
      expect(sides(fileAccess(1, "/etc/shadow"))).toEqual([
        "shadow",
        "read-credentials",
        "the verdicts are equal, so the site's rule decides",
      ]);
      const home = toolExec(1, ["rm", "-rf", "~"]);
      expect(sides(home)).toEqual(["home", undefined, "`home` overrides `destructive-rm`"]);
      expect(sentry.classify(home)).toMatchObject({ verdict: "escalate", rule: "home" });
      const overridden = sentry.explain(home)?.rules.find(({ name }) => name === "destructive-rm");
      expect(overridden).toMatchObject({ outcome: "overridden", why: "matches, but `home` overrides it" });
      expect(sides(toolExec(1, ["ls"]))).toEqual([
        undefined,
        undefined,
        "no rule matches, and the policy's default is `escalate`",
      ]);
      expect(sentry.policy.rules[2]?.overrides).toEqual(["destructive-rm"]);
      sentry.close();
    });

    it.each(["escalate", "block"] as const)("gives what no rule matches the default: %s", async (verdict) => {
      const sentry = await Sentry.create({ default: verdict });
      const expected = {
        verdict,
        tier: "Rules",
        severity: "medium",
        reason: "no rule matched",
        risk: { category: "command_danger", name: "Dangerous command execution", riskType: "atomic" },
        evidence: "complete",
      };
      const ls = toolExec(1, ["/bin/ls"]);
      expect(sentry.classify(ls)).toEqual(expected);
      expect(await sentry.evaluate(ls)).toMatchObject(
        verdict === "block"
          ? expected
          : { verdict: "allow", severity: "medium", reason: "no rule matched [unresolved escalation, fail-open]" },
      );
      expect(sentry.policy.default.verdict).toBe(verdict);
      const stream = sentry.createStream();
      const items = stream.push(new TextEncoder().encode(`${ls}\nno event\n`));
      expect(items.map(({ decision, event }) => [decision, event?.subject])).toEqual([[expected, "/bin/ls"]]);
      expect(stream.counters).toMatchObject({ events: 1, malformed: 1 });
      stream.close();
      const activations = '{"event":{"LlmActivations":{"pid":1,"layer":3,"features":[[1,0.5]]}}}';
      expect(sentry.classify(activations)).toMatchObject({ verdict, reason: "no rule matched" });
      expect(sentry.classify("no event")).toBeNull();
      sentry.close();
    });

    it("sends what no rule matches to the tiers if the default escalates", async () => {
      const judge = async () => ({ verdict: "block", severity: "low", reason: "seen" }) as const;
      const sentry = await Sentry.create({ default: "escalate" }, { tiers: { l2: { tier: "Llm", judge } } });
      expect(await sentry.evaluate(toolExec(1, ["ls"]))).toMatchObject({ verdict: "block", tier: "Llm" });
      sentry.close();
    });

    it("infers a risk", async () => {
      const sentry = await Sentry.create("");
      expect(sentry.inferRisk("L2: a reverse-shell", "SslContent").category).toBe("command_danger");
      expect(sentry.inferRisk("anything", "FileAccess").category).toBe("data_leak");
      sentry.close();
    });
  });
}
