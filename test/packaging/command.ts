// The command as npm installs it.

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
