// The policy editor: problems, fixes, completion, documentation, and saving to the file.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { open, policyOf, serve, writePolicy } from "./pages.js";
import type { Stage } from "./stage.js";

export function policySuite({ browser, url }: Stage): void {
  test("a mistake is marked and mended, and the last valid policy judges meanwhile", async () => {
    const { page, context, faults } = await open(browser(), url());
    await writePolicy(page, "fail_closd = true\n");
    const problems = page.locator(".problems");
    await problems.getByText("did you mean `fail_closed`?").waitFor();
    await page.getByText("decided by the last version").waitFor();
    await expect.poll(() => page.locator(".cm-lintRange-error").count()).toBe(1);
    await problems.getByRole("button", { name: "Change to fail_closed" }).click();
    await page.getByText("no problems").waitFor();
    expect(await policyOf(page)).toBe("fail_closed = true\n");
    expect(faults).toEqual([]);
    await context.close();
  });

  test("warnings follow when typing pauses", async () => {
    const { page, context } = await open(browser(), url());
    await writePolicy(page, 'rule "all" { on = "Dns" match = "" verdict = "block" severity = "low" reason = "r" }\n');
    await page.locator(".problems").getByText("every event").first().waitFor();
    await expect.poll(() => page.getByText("1 warning").count()).toBe(1);
    await context.close();
  });

  test("keys and words are completed by the keyboard, and Tab leads out", async () => {
    const { page, context, faults } = await open(browser(), url());
    await writePolicy(page, "");
    await page.locator(".cm-content").click();
    await page.keyboard.type("fail");
    await page.locator(".cm-tooltip-autocomplete").getByText("fail_closed").waitFor();
    // The list takes no keys in its first moments, so that none is taken by accident.
    await page.waitForTimeout(150);
    await page.keyboard.press("Enter");
    await expect.poll(() => policyOf(page)).toBe("fail_closed = true");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect.poll(() => page.locator(".cm-editor.cm-focused").count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a key under the pointer is explained", async () => {
    const { page, context } = await open(browser(), url());
    await page.locator(".cm-line", { hasText: "fail_closed" }).getByText("fail_closed").hover();
    await page.locator(".hover-docs").getByText("escalations that no tier resolves").waitFor();
    await context.close();
  });

  test("a policy is formatted, and one with a mistake of syntax is left as it is", async () => {
    const { page, context, faults } = await open(browser(), url());
    await writePolicy(page, "fail_closed=true");
    await page.getByRole("button", { name: "Format" }).click();
    await expect.poll(() => policyOf(page)).toBe("fail_closed = true\n");
    await writePolicy(page, "fail_closed = ");
    await page.getByRole("button", { name: "Format" }).click();
    await page.getByText("Not formatted").waitFor();
    expect(await policyOf(page)).toBe("fail_closed = ");
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a stock policy replaces the text, and undo brings it back", async () => {
    const { page, context, faults } = await open(browser(), url());
    const before = await policyOf(page);
    await page.getByLabel("Start from").selectOption("strict");
    await expect.poll(() => policyOf(page)).toContain("default");
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+z");
    expect(await policyOf(page)).toBe(before);
    expect(faults).toEqual([]);
    await context.close();
  });

  test("rules and tests of included files count, and their mistakes are named with their file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-preview-"));
    const file = join(folder, "site.acl");
    writeFileSync(file, 'include { files = ["base.acl"] }\n');
    const base = `rule "based" { on = "ToolExec" match = "curl" verdict = "escalate" severity = "low" reason = "r" }
test "of the base" { command = "curl x.example", expect = "escalate", rule = "based" }
test "with a mistake" { command = "x" }
`;
    writeFileSync(join(folder, "base.acl"), base);
    const served = await serve(file);
    try {
      const { page, context, faults } = await open(browser(), served.url);
      await page.getByLabel("Command, as an agent").fill("curl x.example");
      await page.locator(".verdict", { hasText: "based" }).waitFor();
      await page.locator(".problems", { hasText: "base.acl, line 3" }).waitFor();
      await page.getByRole("tab", { name: "Tests" }).click();
      await page.locator(".verdict", { hasText: "The test passes" }).waitFor();
      expect(faults).toEqual([]);
      await context.close();
    } finally {
      await served.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test("with `--write`, the policy is saved to its file, and nobody else's change is lost", async () => {
    const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-preview-"));
    const file = join(folder, "site.acl");
    writeFileSync(file, "# mine\n", { mode: 0o640 });
    const served = await serve(file, "--write");
    try {
      const { page, context, faults } = await open(browser(), served.url);
      expect(await policyOf(page)).toBe("# mine\n");
      const save = page.getByRole("button", { name: "Save" });
      expect(await save.isDisabled()).toBe(true);
      await writePolicy(page, "fail_closed = true\n");
      await save.click();
      await page.getByText("Saved").waitFor();
      expect(readFileSync(file, "utf8")).toBe("fail_closed = true\n");
      await page.locator(".cm-content").click();
      await page.keyboard.type("# by hand");
      await page.keyboard.press("Control+s");
      await expect.poll(() => readFileSync(file, "utf8")).toContain("# by hand");
      writeFileSync(file, "# somebody else\n");
      await writePolicy(page, "dry_run = true\n");
      await save.click();
      await page.getByText("has changed meanwhile").waitFor();
      expect(readFileSync(file, "utf8")).toBe("# somebody else\n");
      // The browser itself reports the refused request.
      expect(faults.filter((fault) => !fault.includes("409"))).toEqual([]);
      await context.close();
    } finally {
      await served.stop();
      rmSync(folder, { recursive: true });
    }
  });
}
