// The command as npm installs it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Installed } from "./installed.js";
import { must, run } from "./process.js";

export function commandSuite(installed: () => Installed): void {
  const command = (): string => join(installed().folder, "node_modules", ".bin", "a3s-sentry");

  test("prints the version of its package", async () => {
    const { version } = JSON.parse(installed().text("a3s-sentry", "package.json")) as { version: string };
    expect((await must(command(), ["--version"])).stdout).toBe(`a3s-sentry ${version}\n`);
  });

  test("comes with an investigator and playbooks", async () => {
    const investigator = join(installed().folder, "node_modules", ".bin", "a3s-sentry-agent");
    const env = { SENTRY_L3_URL: "http://127.0.0.1:1/v1", SENTRY_L3_MODEL: "m" };
    const { code, stdout, stderr } = await run(investigator, ["--json", "-p", "x"], { env });
    expect([code, stdout, stderr]).toEqual([1, "", "error: the connection failed\n"]);
  });

  test("checks policies", async () => {
    const folder = installed().scratch("check");
    writeFileSync(join(folder, "good.acl"), "fail_closed = true\n");
    writeFileSync(join(folder, "bad.acl"), "fail_close = true\n");
    await must(command(), ["check", "good.acl"], { cwd: folder });
    const { code, stdout, stderr } = await run(command(), ["check", "bad.acl"], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("bad.acl:1:1");
  });

  test("compares policies on several threads", async () => {
    const folder = installed().scratch("diff");
    const rule = 'rule "r" { on = "Dns" match = "^a$" verdict = "block" severity = "low" reason = "r" }';
    writeFileSync(join(folder, "old.acl"), rule);
    writeFileSync(join(folder, "new.acl"), "");
    const event = '{"event":{"Dns":{"pid":1,"query":"a"}}}\n';
    writeFileSync(join(folder, "events.ndjson"), event.repeat(100_000));
    const args = ["diff", "--format", "json", "old.acl", "new.acl", "events.ndjson"];
    const { stdout } = await must(command(), args, { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ events: 100_000, weaker: 100_000 });
  });

  test("serves an editor", async () => {
    const textDocument = { uri: "untitled:1", languageId: "acl", version: 1, text: 'rule "a" {}' };
    const input = [
      { id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } },
      { method: "initialized", params: {} },
      { method: "textDocument/didOpen", params: { textDocument } },
      { id: 2, method: "textDocument/documentSymbol", params: { textDocument } },
      { id: 3, method: "shutdown" },
      { method: "exit" },
    ].map((message) => JSON.stringify({ jsonrpc: "2.0", ...message }));
    const framed = input.map((text) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    const child = spawn(command(), ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    const ended = once(child, "close");
    // An editor leaves once it has its answers.
    child.stdin.write(framed.slice(0, 4).join(""));
    await expect.poll(() => stdout, { timeout: 120_000 }).toContain('"name":"a"');
    child.stdin.end(framed.slice(4).join(""));
    await ended;
    expect(stdout).toContain('"completionProvider"');
    expect(stdout).toContain('"name":"a"');
  });

  test("judges a stream and writes the deny-file", async () => {
    const folder = installed().scratch("run");
    writeFileSync(join(folder, "sentry.acl"), 'deny { egress = "egress.txt" }\n');
    const input = ["192.0.2.7", "169.254.169.254"]
      .map((peer) => `${JSON.stringify({ event: { Egress: { pid: 1, peer, port: 80 } } })}\n`)
      .join("");
    const { stdout } = await must(command(), ["run", "--config", "sentry.acl"], { cwd: folder, input });
    const audit = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(audit).toMatchObject([{ event: "Egress", decision: { verdict: "block" }, enforced: "egress.txt" }]);
    expect(readFileSync(join(folder, "egress.txt"), "utf8")).toBe("169.254.169.254\n");
  });
}
