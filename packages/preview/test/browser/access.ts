// Access for everybody: axe finds nothing serious, the keyboard reaches every part, nothing is cut off.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { DESKTOP, open, PHONE, writePolicy } from "./pages.js";
import type { Stage } from "./stage.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A test that passes, one that fails, and a rule without a test. */
const TESTS = `rule "a" { on = "Dns" match = "a" verdict = "block" severity = "low" reason = "r" }
test "one" { host = "b", expect = "allow" }
test "another" { host = "b", expect = "block", rule = "a" }
`;

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds that is serious or critical, in words. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  // It throws where an element goes while it looks, as one does when a panel is drawn again.
  const look = () => page.evaluate("axe.run().then(({ violations }) => violations)");
  const violations = (await look().catch(look).catch(look)) as Violation[];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = "" }) => `${id}: ${html}\n${failureSummary}`));
}

/** What is wider than the page. */
async function overflow(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

export function accessSuite({ browser, url }: Stage): void {
  for (const [name, viewport] of [
    ["desktop", DESKTOP],
    ["phone", PHONE],
  ] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`axe finds nothing serious in any panel: ${name}, ${colorScheme}`, async () => {
        const { page, context } = await open(browser(), url(), { viewport, colorScheme });
        await writePolicy(page, 'fail_closd = true\nrule "a" { on = "Dns" }\n');
        await page.locator(".problems").waitFor({ state: "attached" });
        for (const tab of await page.getByRole("tab").all()) {
          await tab.click();
          expect(await seriousFindings(page)).toEqual([]);
          expect(await overflow(page)).toBeLessThanOrEqual(0);
        }
        await page.getByRole("tab", { name: "Tests" }).click();
        await writePolicy(page, TESTS);
        await page.locator(".verdict", { hasText: "1 of 2 tests fails" }).waitFor();
        expect(await seriousFindings(page)).toEqual([]);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        await context.close();
      });
    }
  }

  test("the keyboard alone reaches the controls of every panel", async () => {
    const { page, context } = await open(browser(), url());
    const focused = async (): Promise<string> =>
      await page.locator("sentry-preview").evaluate((element) => {
        const active = element.shadowRoot?.activeElement;
        return `${active?.closest('[role="tabpanel"]')?.id ?? ""} ${active?.tagName ?? ""}`;
      });
    await page.getByRole("tab").first().focus();
    for (const panel of ["event", "tests", "replay", "compare", "gate"]) {
      await page.keyboard.press("Tab");
      expect(await focused()).toBe(`panel-${panel} DIV`);
      // A panel shows its controls once it has what they are about.
      const controls = page.locator(`#panel-${panel}`).locator("input, button, select, textarea");
      await controls.first().waitFor();
      await page.keyboard.press("Tab");
      expect(await focused()).toMatch(new RegExp(`^panel-${panel} (?:INPUT|BUTTON|SELECT|TEXTAREA)$`));
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("ArrowRight");
    }
    await context.close();
  });

  test("the arrows move between tabs, and the focus is seen", async () => {
    const { page, context } = await open(browser(), url(), { viewport: PHONE });
    const tabs = page.getByRole("tab");
    await tabs.first().focus();
    await page.keyboard.press("End");
    expect(await tabs.last().getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("ArrowRight");
    expect(await tabs.first().getAttribute("aria-selected")).toBe("true");
    const outline = await tabs.first().evaluate((tab) => getComputedStyle(tab).outlineStyle);
    expect(outline).not.toBe("none");
    await context.close();
  });
}
