// The TypeScript SDK: what programs written for the reference rely on.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dns, egress, fileAccess, Sentry, securityAction, sslContent, toolExec } from "a3s-sentry";
import { describe, expect, it, onTestFinished } from "vitest";
import { scratch } from "../e2e/command.js";

/** Nothing listens at port 1. */
const UNREACHABLE = 'llm { url = "http://127.0.0.1:1/v1" }';
const CREDENTIALS = fileAccess(7, "/home/dev/.aws/credentials", false);

async function sentryOf(policy: string): Promise<Sentry> {
  const sentry = await Sentry.create(policy);
  onTestFinished(() => sentry.close());
  return sentry;
}

const severityRule = (severity: string): string =>
  `rule "${severity}-name" { on = "Dns" match = "^${severity}\\\\.example$" verdict = "block"
    severity = "${severity}" reason = "a ${severity} name" }`;

const POLICY = `deny { egress = "" }\n${["low", "medium", "high", "critical"].map(severityRule).join("\n")}`;

describe("the SDK", () => {
  it("blocks the metadata service by a built-in rule", async () => {
    const decision = await (await sentryOf(POLICY)).evaluate(egress(7, "169.254.169.254", 80));
    expect(decision).toMatchObject({
      verdict: "block",
      action: { kind: "DenyEgress", target: "169.254.169.254" },
      risk: { category: "systemic_risk", riskType: "system" },
    });
  });

  it("takes no deny-file from an empty path", async () => {
    const sentry = await sentryOf(POLICY);
    expect(sentry.policy.deny.egress).toBeNull();
    expect(await sentry.evaluateAndEnforce(egress(7, "169.254.169.254", 80))).toMatchObject({ enforced: null });
    const option = await Sentry.create("", { deny: { egress: "" } });
    onTestFinished(() => option.close());
    expect(option.policy.deny.egress).toBeNull();
  });

  it("decides by a site rule at tier Rules", async () => {
    const decision = await (await sentryOf(POLICY)).evaluate(dns(7, "high.example"));
    expect(decision).toMatchObject({ verdict: "block", tier: "Rules" });
    expect(decision?.reason).toContain("a high name");
  });

  it("reports each severity", async () => {
    const sentry = await sentryOf(POLICY);
    expect((await sentry.evaluate(toolExec(7, ["ls", "-l"])))?.severity).toBe("info");
    for (const severity of ["low", "medium", "high", "critical"]) {
      expect((await sentry.evaluate(dns(7, `${severity}.example`)))?.severity).toBe(severity);
    }
  });

  it("allows what is benign, and gives null for what is not an event", async () => {
    const sentry = await sentryOf(POLICY);
    expect((await sentry.evaluate(toolExec(7, ["ls"])))?.verdict).toBe("allow");
    expect(await sentry.evaluate("plain words")).toBeNull();
    expect(await sentry.evaluateAndEnforce("more plain words")).toBeNull();
  });

  it.each([
    toolExec(7, ["echo", "hello"]),
    egress(7, "198.51.100.7", 443),
    fileAccess(7, "/srv/data", false),
    dns(7, "example.org"),
    sslContent(7, "hello", true),
    securityAction(7, "setuid-root", 0),
  ])("judges what a builder makes: %s", async (event) => {
    expect(await (await sentryOf(POLICY)).evaluate(event)).not.toBeNull();
  });

  it("writes blocked programs and files, and nothing else", async () => {
    const folder = scratch();
    const exec = join(folder, "exec.txt");
    const file = join(folder, "file.txt");
    const sentry = await sentryOf(`
      deny { exec = "${exec}" file = "${file}" }
      rule "tool" { on = "ToolExec" match = "badtool" verdict = "block" severity = "high" reason = "tool"
        action = "deny-exec" }
      rule "ledger" { on = "FileAccess" match = "^/srv/ledger$" verdict = "block" severity = "high" reason = "ledger"
        action = "deny-file" }
    `);
    expect(await sentry.evaluateAndEnforce(toolExec(7, ["/opt/badtool", "-x"]))).toMatchObject({
      decision: { action: { kind: "DenyExec" } },
      enforced: exec,
    });
    expect(readFileSync(exec, "utf8")).toBe("/opt/badtool\n");
    expect(await sentry.evaluateAndEnforce(fileAccess(7, "/srv/ledger", true))).toMatchObject({
      decision: { action: { kind: "DenyFile" } },
      enforced: file,
    });
    expect(readFileSync(file, "utf8")).toBe("/srv/ledger\n");
    expect(await sentry.evaluateAndEnforce(toolExec(7, ["ls"]))).toMatchObject({
      decision: { verdict: "allow" },
      enforced: null,
    });
  });

  it("asks L2 with only its URL, and reports tier Llm if it cannot be reached", async () => {
    const sentry = await sentryOf(UNREACHABLE);
    expect(sentry.policy.llm?.model).toBe("default");
    expect((await sentry.evaluate(CREDENTIALS))?.tier).toBe("Llm");
  });

  it("refuses a policy that does not parse", async () => {
    await expect(Sentry.create("words {{{ without sense")).rejects.toThrow("acl/");
  });

  it("suggests the policy's name of a setting written as an option, in an object and in JSON", async () => {
    const policy = { failClosed: true };
    for (const source of [policy as object, JSON.stringify(policy)]) {
      await expect(Sentry.create(source)).rejects.toThrow("did you mean `fail_closed`?");
    }
  });

  it("takes the verdict of an investigator at tier Agent", async () => {
    const bin = join(scratch(), "investigator");
    writeFileSync(bin, `#!/bin/sh\necho '{"verdict":"block","severity":"critical","reason":"looked into it"}'\n`);
    chmodSync(bin, 0o755);
    const decision = await (await sentryOf(`agent { bin = "${bin}" }`)).evaluate(CREDENTIALS);
    expect(decision).toMatchObject({ verdict: "block", tier: "Agent" });
    expect(decision?.reason).toContain("looked into it");
  });

  it("stops before L2 if the arguments of a program are incomplete", async () => {
    const event = { event: { ToolExec: { pid: 7, argv: ["relay", "start"], argv_truncated: true } } };
    const relay =
      'rule "relay" { on = "ToolExec" match = "^relay " verdict = "escalate" severity = "medium" reason = "x" }';
    const staged = await (await sentryOf(`${UNREACHABLE}\n${relay}`)).evaluateThroughL2(JSON.stringify(event));
    expect(staged).toMatchObject({
      l1Decision: { verdict: "escalate", tier: "Rules", evidence: "partial" },
      stageStatus: "stopped",
      nextTierEligible: false,
      stopReason: "incomplete-evidence",
    });
    expect(staged).not.toHaveProperty("l2Decision");
  });
});
