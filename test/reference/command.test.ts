// The command, driven as set-ups made for the reference drive it: no arguments, variables, a pipe.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { isAbsolute, join } from "node:path";
import { describe, expect, it } from "vitest";
import { run, scratch, start } from "../e2e/command.js";
import { ALLOW, BLOCK, Endpoint } from "../e2e/endpoint.js";
import { audits, BENIGN, lines, METADATA } from "../e2e/events.js";

const line = (event: object): string => `${JSON.stringify({ event })}\n`;
const CREDENTIALS = line({ FileAccess: { pid: 7, path: "/home/dev/.aws/credentials", write: false } });

describe("the command without arguments", () => {
  it("blocks the metadata service and writes the egress file", async () => {
    const file = join(scratch(), "egress.txt");
    const { code, stdout } = await run([], METADATA, { env: { A3S_SENTRY_EGRESS_DENY: file } });
    expect(code).toBe(0);
    expect(audits(stdout)).toMatchObject([{ decision: { verdict: "block", rule: "cloud-metadata" }, enforced: file }]);
    expect(readFileSync(file, "utf8")).toBe("169.254.169.254\n");
  });

  it("takes flags of `run`", async () => {
    const { stdout } = await run(["--fail-closed"], CREDENTIALS);
    expect(audits(stdout)[0]?.decision.verdict).toBe("block");
  });

  it("writes nothing for a benign event", async () => {
    expect(await run([], BENIGN)).toMatchObject({ code: 0, stdout: "" });
  });

  it("blocks in a dry run, but writes no file", async () => {
    const file = join(scratch(), "egress.txt");
    const env = { A3S_SENTRY_EGRESS_DENY: file, A3S_SENTRY_DRY_RUN: "1" };
    expect(audits((await run([], METADATA, { env })).stdout)[0]?.decision.verdict).toBe("block");
    expect(existsSync(file)).toBe(false);
  });

  it("blocks an escalation fail-closed, and allows the same one fail-open", async () => {
    const closed = await run([], CREDENTIALS, { env: { A3S_SENTRY_FAIL_CLOSED: "1" } });
    expect(audits(closed.stdout)[0]?.decision.verdict).toBe("block");
    const [open] = audits((await run([], CREDENTIALS)).stdout);
    expect(open?.decision.verdict).toBe("allow");
    expect(open?.decision.reason).toContain("fail-open");
  });

  it("skips lines that are not events", async () => {
    const action = line({ SecurityAction: { pid: 7, kind: "setuid-root", detail: 0 } });
    const { code, stdout } = await run([], `words\n{"other":1}\n${action}more words\n`);
    expect(code).toBe(0);
    expect(audits(stdout)).toHaveLength(1);
    expect(stdout).toContain("setuid-root");
  });

  it("names itself in its version", async () => {
    expect((await run(["--version"])).stdout).toMatch(/^a3s-sentry \d+\.\d+\.\d+\n$/);
  });

  it("puts a changed policy in force", async () => {
    const policy = join(scratch(), "site.acl");
    writeFileSync(policy, "rules = []\n");
    const listener = line({ ToolExec: { pid: 7, argv: ["listen", "4444"] } });
    const running = start([], { env: { A3S_SENTRY_POLICY: policy } });
    await running.until(({ stderr }) => stderr.includes("rules 0 site"));
    running.child.stdin.write(listener);
    const rule = `rule "no-listen" { on = "ToolExec" match = "^listen " verdict = "block" severity = "medium" reason = "x" }`;
    writeFileSync(policy, rule);
    await running.until(({ stderr }) => stderr.includes("reloaded"));
    running.child.stdin.end(listener);
    expect(audits((await running.ended).stdout)).toMatchObject([{ decision: { rule: "no-listen" } }]);
  });

  it("asks an endpoint of which it has only the URL", async () => {
    const endpoint = await Endpoint.start((question) => question.answer(BLOCK));
    const { stdout } = await run([], CREDENTIALS, { env: { A3S_SENTRY_LLM_URL: endpoint.url } });
    expect(audits(stdout)).toMatchObject([{ decision: { verdict: "block", tier: "Llm" } }]);
    expect(stdout).toContain(BLOCK.reason);
    expect(JSON.parse(endpoint.questions[0]?.text ?? "")).toMatchObject({ model: "default" });
  });

  it("writes files that the guards can read", async () => {
    const folder = scratch();
    const policy = join(folder, "site.acl");
    writeFileSync(
      policy,
      `rule "key" { on = "FileAccess" match = "id_rsa$" verdict = "block" severity = "high" reason = "key" action = "deny-file" }`,
    );
    const addresses = join(folder, "egress.txt");
    const files = join(folder, "file.txt");
    const env = { A3S_SENTRY_POLICY: policy, A3S_SENTRY_EGRESS_DENY: addresses, A3S_SENTRY_FILE_DENY: files };
    await run([], METADATA + line({ FileAccess: { pid: 8, path: "/home/dev/.ssh/id_rsa", write: false } }), { env });
    const [address = "", ...moreAddresses] = lines(readFileSync(addresses, "utf8"));
    expect([address, isIPv4(address), moreAddresses]).toEqual(["169.254.169.254", true, []]);
    const [path = "", ...morePaths] = lines(readFileSync(files, "utf8"));
    expect([path, isAbsolute(path), path.trim() === path, morePaths]).toEqual([
      "/home/dev/.ssh/id_rsa",
      true,
      true,
      [],
    ]);
  });

  it("asks the investigator of `A3S_SENTRY_AGENT_BIN`", async () => {
    const bin = join(scratch(), "investigator");
    writeFileSync(bin, `#!/bin/sh\necho '{"verdict":"block","severity":"high","reason":"looked into it"}'\n`);
    chmodSync(bin, 0o755);
    const { stdout } = await run([], CREDENTIALS, { env: { A3S_SENTRY_AGENT_BIN: bin } });
    expect(audits(stdout)).toMatchObject([{ decision: { verdict: "block", tier: "Agent" } }]);
  });

  it("serves metrics", async () => {
    const running = start([], { env: { A3S_SENTRY_METRICS_ADDR: "127.0.0.1:0" } });
    await running.until(({ stderr }) => stderr.includes("metrics at "));
    running.child.stdin.write(METADATA);
    await running.until(({ stdout }) => stdout.includes("cloud-metadata"));
    const url = /metrics at (\S+)/.exec(running.stderr)?.[1] ?? "";
    const text = await (await fetch(url)).text();
    expect(text).toMatch(/^sentry_events_total 1$/m);
    expect(text).toMatch(/^sentry_blocked_total 1$/m);
    running.child.stdin.end();
    await running.ended;
  });

  it("prints totals in fixed words, with the escalations that found the queue full", async () => {
    const endpoint = await Endpoint.start((question) => setTimeout(() => question.answer(ALLOW), 500));
    const env = { A3S_SENTRY_LLM_URL: endpoint.url, A3S_SENTRY_WORKERS: "1", A3S_SENTRY_QUEUE: "0" };
    const { stderr } = await run([], METADATA + CREDENTIALS.repeat(4), { env });
    expect(stderr).toContain("stopped — 5 events, 1 blocked, 3 overload-degraded");
  });
});
