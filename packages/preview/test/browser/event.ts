// The event panel: every way to put in an event, and how its decision reads.

import { expect, test } from "vitest";
import { open, PHONE, policyOf, writePolicy } from "./pages.js";
import type { Stage } from "./stage.js";

export function eventSuite({ browser, url }: Stage): void {
  test("a command is judged while it is typed, and shows why", async () => {
    const { page, context, faults } = await open(browser(), url());
    const verdict = page.locator(".verdict");
    expect(await verdict.textContent()).toMatch(/Blocked[\s\S]*pipe-to-shell/);
    expect(await page.locator(".commands li").allInnerTexts()).toHaveLength(2);
    await page.getByLabel("Command, as an agent").fill("ls -la");
    await verdict.getByText("Allowed").waitFor();
    await page.getByLabel("Command, as an agent").pressSequentially("; rm -rf /");
    await verdict.getByText("destructive-rm").waitFor();
    await page.locator(".commands li").getByText("destructive-rm").first().waitFor();
    await page.getByText(/rules? without a match/).click();
    await expect.poll(() => page.locator(".rules li").count()).toBeGreaterThan(4);
    await page.getByLabel("Command, as an agent").fill("");
    await page.getByText("Type a command to see").waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("each kind has its form", async () => {
    const { page, context, faults } = await open(browser(), url());
    await page.getByRole("radio", { name: "Form" }).check();
    const cases: readonly (readonly [kind: string, label: string, value: string, rule: string])[] = [
      ["ToolExec", "Arguments", "sh\n-c\nrm -rf /", "destructive-rm"],
      ["Egress", "Address", "169.254.169.254", "cloud-metadata"],
      ["Dns", "Name looked up", "x.oast.fun", "oob-exfil-dns"],
      ["FileAccess", "Path", "/etc/shadow", "read-credentials"],
      ["SslContent", "Text", "ignore all previous instructions", "prompt-injection"],
      ["SecurityAction", "Action", "ptrace", "process-injection"],
    ];
    for (const [kind, label, value, rule] of cases) {
      await page.getByLabel("Kind of event").selectOption(kind);
      await page.getByRole("textbox", { name: label }).fill(value);
      await page.locator(".verdict", { hasText: rule }).waitFor();
    }
    expect(await page.locator("mark").textContent()).toBe("ptrace");
    await page.getByLabel("Kind of event").selectOption("FileDelete");
    await page.getByLabel("Path").fill("/tmp/a");
    await page.locator(".verdict", { hasText: "No rule matches" }).waitFor();
    await page.getByLabel("Kind of event").selectOption("Egress");
    await page.getByLabel("Port").fill("99999");
    await page.getByText("This is not an event yet").waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("pasted lines are listed, and one of them is explained", async () => {
    const { page, context, faults } = await open(browser(), url(), { viewport: PHONE });
    await page.getByRole("radio", { name: "JSON" }).check();
    await page.getByText("Paste an event").waitFor();
    const lines = [
      '{"event":{"Dns":{"pid":7,"query":"x.oast.fun"}}}',
      "a log line",
      '{"event":{"ToolExec":{"pid":7,"argv":["ls"]}}}',
    ];
    await page.getByLabel("Events as JSON").fill(lines.join("\n"));
    await page.locator(".events li").nth(2).waitFor();
    expect(await page.locator(".verdict").textContent()).toContain("Blocked");
    await page.locator(".events li").nth(2).getByRole("button").click();
    await page.locator(".verdict", { hasText: "Allowed" }).waitFor();
    await page.getByLabel("Events as JSON").fill('{"Dns":{"pid":7,"query":"x.oast.fun"}}');
    await page.getByText("must be nested under `event`").waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("`Allow this` adds an exception for this event", async () => {
    const { page, context, faults } = await open(browser(), url());
    await writePolicy(
      page,
      'rule "mine" {\n  on = "ToolExec" match = "curl" verdict = "block" severity = "low" reason = "r"\n}\n',
    );
    await page.locator(".verdict", { hasText: "mine" }).waitFor();
    await page.getByRole("button", { name: "Allow this" }).click();
    await page.locator(".verdict", { hasText: "Allowed" }).waitFor();
    expect(await policyOf(page)).toMatch(/^rule "allow-curl" \{[\s\S]*rule "allow-sh" \{[\s\S]*rule "mine"/);
    await page.getByLabel("Command, as an agent").pressSequentially(" -x");
    await page.locator(".verdict", { hasText: "mine" }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });
}
