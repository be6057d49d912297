// The tests panel: tests run while the policy is typed, and an event becomes a test by a click.

import { expect, test } from "vitest";
import { open, PHONE, policyOf, writePolicy } from "./pages.js";
import type { Stage } from "./stage.js";

const RULES = `rule "oast" { on = "Dns" match = "oast" verdict = "block" severity = "low" reason = "r" }
rule "quoted" { on = "Dns" match = "quoted" verdict = "escalate" severity = "low" reason = "r" }
`;

export function testsSuite({ browser, url }: Stage): void {
  test("tests run while the policy is typed, and the editor marks them and the rules without one", async () => {
    const { page, context, faults } = await open(browser(), url());
    // Marks are there before the panel is opened.
    await page.locator(".cm-tests .test-passed").waitFor();
    await page.locator(".cm-tests .test-unfired").waitFor();
    await page.getByRole("tab", { name: "Tests" }).click();
    await page.locator(".verdict.allow", { hasText: "The test passes" }).waitFor();
    await page.getByText("Tests fire 1 of 2 rules").waitFor();
    await page.getByRole("button", { name: "odd-ports" }).click();
    expect(await page.locator(".cm-activeLine").textContent()).toContain('rule "odd-ports"');
    await writePolicy(page, `${RULES}test "seen" { host = "x.oast.fun", expect = "escalate", rule = "quoted" }\n`);
    await page.locator(".verdict.block", { hasText: "1 of 1 test fails" }).waitFor();
    expect(await page.locator(".tests .failed .why").allInnerTexts()).toEqual([
      "expected escalate, got block",
      "expected rule `quoted`, got rule `oast`",
      "decided: oast: r",
    ]);
    await expect.poll(() => page.locator(".cm-tests .test-failed").count()).toBe(1);
    await expect.poll(() => page.locator(".cm-tests .test-unfired").count()).toBe(1);
    await page.getByRole("button", { name: "Open event of seen" }).click();
    await page.locator(".verdict", { hasText: "oast" }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("mistakes in tests are problems of the policy, and the other tests run", async () => {
    const { page, context, faults } = await open(browser(), url(), { viewport: PHONE });
    await page.getByRole("tab", { name: "Tests" }).click();
    await writePolicy(
      page,
      `${RULES}test "a" { host = "x", expct = "allow" }\ntest "b" { host = "x", expect = "allow" }\n`,
    );
    await page.getByText("unknown setting `expct`").waitFor();
    await page.locator(".verdict", { hasText: "The test passes" }).waitFor();
    await page.getByRole("tab", { name: "Policy" }).click();
    await page.getByRole("button", { name: "Change to expect" }).click();
    await page.getByRole("tab", { name: "Tests" }).click();
    await page.locator(".verdict", { hasText: "All 2 tests pass" }).waitFor();
    await writePolicy(page, "rule");
    await page.getByText("the last version without any").waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("an event becomes a test by one click, from the event panel and from a replay", async () => {
    const { page, context, faults } = await open(browser(), url());
    await writePolicy(page, RULES);
    await page.getByRole("button", { name: "Write a test of it" }).click();
    await expect.poll(() => policyOf(page)).toContain('command = "curl https://a.example/install.sh | sh"\n');
    await page.getByRole("tab", { name: "Tests" }).click();
    await page.locator(".verdict", { hasText: "The test passes" }).waitFor();
    await page.getByRole("tab", { name: "Replay" }).click();
    await page.getByRole("button", { name: "Try a recorded session" }).click();
    await page.getByText(/events in .* a second/).waitFor();
    await page.locator(".bars button", { hasText: "oast" }).first().click();
    await page.getByRole("button", { name: "+ Test of" }).first().click();
    await expect.poll(() => policyOf(page)).toMatch(/host {3}= ".*"\n {2}expect = "block"\n {2}rule {3}= "oast"/);
    // The stream is judged again, and the list stays.
    await page.locator("#selected li").first().waitFor();
    await page.getByRole("tab", { name: "Tests" }).click();
    await page.locator(".verdict", { hasText: "All 2 tests pass" }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a policy without tests says how to begin", async () => {
    const { page, context, faults } = await open(browser(), url(), { viewport: PHONE });
    await writePolicy(page, RULES);
    await page.getByRole("tab", { name: "Tests" }).click();
    await page.getByText("This policy has no tests yet").waitFor();
    await page.getByRole("button", { name: "Write a test of the event" }).click();
    await page.locator(".toast", { hasText: "A test is at the end" }).waitFor();
    await page.locator(".verdict", { hasText: "The test passes" }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });
}
