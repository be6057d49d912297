// Compare, prompt and link: each panel with what it is for.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { open, PHONE, policyOf, serve, writePolicy } from "./pages.js";
import type { Stage } from "./stage.js";

export function panelsSuite({ browser, url }: Stage): void {
  test("compare lists the events that change, filters and exports them", async () => {
    const { page, context, faults } = await open(browser(), url());
    await page.getByRole("tab", { name: "Compare" }).click();
    await page.getByRole("button", { name: "Try a recorded session" }).click();
    await page.getByText("Choose what to compare with").waitFor();
    await page.getByLabel("Compare the policy").selectOption("opened");
    await page.getByText("alike").waitFor();
    await writePolicy(
      page,
      'rule "no-dns" { on = "Dns" match = "." verdict = "block" severity = "low" reason = "r" }\n',
    );
    await page.getByText(/of .* events change/).waitFor();
    const rows = page.locator("tbody tr");
    const all = await rows.count();
    await page.getByRole("button", { name: "allow → block" }).click();
    await page.getByLabel("Filter by event or rule").fill("no-dns");
    await expect.poll(() => rows.count()).toBeGreaterThan(0);
    await page.getByLabel("Filter by event or rule").fill("no such text");
    await expect.poll(() => rows.count()).toBe(0);
    await page.getByLabel("Filter by event or rule").fill("");
    await page.getByRole("button", { name: "allow → block" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    const lines = readFileSync(await (await download).path(), "utf8")
      .trim()
      .split("\n");
    expect(lines).toHaveLength(all);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      before: { verdict: "allow" },
      after: { verdict: "block", rule: "no-dns" },
    });
    await rows.first().getByRole("button").click();
    await page.locator(".verdict", { hasText: "no-dns" }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a prompt is masked while it is typed, and an answer restored", async () => {
    const { page, context, faults } = await open(browser(), url(), { viewport: PHONE });
    await page.getByRole("tab", { name: "Prompt" }).click();
    await page.locator(".finds li").nth(1).waitFor();
    const masked = page.getByRole("group", { name: "What is sent" });
    expect(await masked.textContent()).not.toContain("ada@example.org");
    await page.getByRole("textbox", { name: "Prompt" }).fill("mail bob@example.org today");
    await expect.poll(() => masked.textContent()).toBe("mail {{A3S_REDACTED:email:1}} today");
    await page.getByLabel("An answer with placeholders").fill("Dear {{A3S_REDACTED:email:1}}");
    await expect.poll(() => page.getByRole("group", { name: "Restored" }).textContent()).toBe("Dear bob@example.org");
    await page.getByRole("textbox", { name: "Prompt" }).fill("");
    await page.getByText("Type a prompt to see").waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a link opens a copy without secrets, which cannot be saved", async () => {
    const served = await serve("examples/sentry.acl", "--write");
    try {
      const { page, context, faults } = await open(browser(), served.url);
      await writePolicy(
        page,
        'llm { url = "http://inside.test" }\nrule "mine" { on = "ToolExec" match = "curl" verdict = "block" severity = "low" reason = "r" }\n',
      );
      await page.getByLabel("Command, as an agent").fill("curl -u ada@example.org https://a.example");
      await page.locator(".verdict", { hasText: "mine" }).waitFor();
      await page.getByRole("button", { name: "Share" }).click();
      const link = await page.getByLabel("Link", { exact: true }).inputValue();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Copy link" }).waitFor({ state: "hidden" });
      const copy = await open(browser(), link);
      await copy.page.locator(".verdict", { hasText: "mine" }).waitFor();
      expect(await policyOf(copy.page)).not.toContain("inside.test");
      expect(await copy.page.getByLabel("Command, as an agent").inputValue()).toContain("{{A3S_REDACTED:email:1}}");
      await expect.poll(() => copy.page.getByRole("button", { name: "Save" }).count()).toBe(0);
      expect([...faults, ...copy.faults]).toEqual([]);
      await copy.context.close();
      await context.close();
      const damaged = await open(browser(), `${served.url}#shared=AAAA`);
      await damaged.page.getByText("The link cannot be opened").waitFor();
      await damaged.context.close();
    } finally {
      await served.stop();
    }
  });
}
