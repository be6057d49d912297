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
      for (const peer of ["0.0.0.0", "127.0.0.1", ""]) {
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
      expect(explained?.rules.map(({ name, outcome, span }) => [name, outcome, span])).toEqual([
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

    it("infers a risk", async () => {
      const sentry = await Sentry.create("");
      expect(sentry.inferRisk("L2: a reverse-shell", "SslContent").category).toBe("command_danger");
      expect(sentry.inferRisk("anything", "FileAccess").category).toBe("data_leak");
      sentry.close();
    });
  });
}
