// The replay panel: a stream judged in a worker, its charts, and its events.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { open, PHONE, policyOf, writePolicy } from "./pages.js";
import type { Stage } from "./stage.js";

const EVENT =
  '{"event":{"Dns":{"pid":7,"query":"x.oast.fun"}}}\n{"event":{"ToolExec":{"pid":7,"argv":["ls","-la"]}}}\n';

export function replaySuite({ browser, url }: Stage): void {
  test("a recorded session is judged, and its events are a click away", async () => {
    const { page, context, faults } = await open(browser(), url(), { viewport: PHONE });
    await page.getByRole("tab", { name: "Replay" }).click();
    await page.getByRole("button", { name: "Try a recorded session" }).click();
    await page.getByText(/events in .* a second/).waitFor();
    expect(await page.locator(".tiles .block dd").textContent()).toBe("8");
    await page.getByText("As a table").click();
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(10);
    await page.locator(".bars button", { hasText: "pipe-to-shell" }).click();
    await page.locator("#selected li button").first().click();
    await page.locator(".verdict", { hasText: "pipe-to-shell" }).waitFor();
    expect(await page.getByRole("tab", { name: "Event" }).getAttribute("aria-selected")).toBe("true");
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a click on the chart shows the events of that part, and a small stream follows the policy", async () => {
    const { page, context, faults } = await open(browser(), url());
    await page.getByRole("tab", { name: "Replay" }).click();
    await page.getByRole("button", { name: "Try a recorded session" }).click();
    await page.getByText(/events in .* a second/).waitFor();
    const chart = page.locator("canvas");
    // The library of the chart is loaded with the first one.
    await expect
      .poll(() => chart.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL().length))
      .toBeGreaterThan(3000);
    const { width = 0, height = 0 } = (await chart.boundingBox()) ?? {};
    await chart.click({ position: { x: width * 0.72, y: height * 0.7 } });
    await page.locator("#selected li").first().waitFor();
    await writePolicy(page, `${await policyOf(page)}\ndefault = "escalate"\n`);
    await expect.poll(async () => Number(await page.locator(".tiles .escalate dd").textContent())).toBeGreaterThan(100);
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a large file is judged while the page answers, and can be cancelled", async () => {
    const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-preview-"));
    const file = join(folder, "events.ndjson");
    writeFileSync(file, EVENT.repeat(300_000));
    try {
      const { page, context, faults } = await open(browser(), url());
      await page.getByRole("tab", { name: "Replay" }).click();
      await page.locator('input[type="file"]').setInputFiles(file);
      await page.getByRole("button", { name: "Cancel" }).waitFor();
      await page.getByRole("tab", { name: "Event" }).click();
      await page.getByLabel("Command, as an agent").fill("rm -rf /");
      await page.locator(".verdict", { hasText: "destructive-rm" }).waitFor();
      await page.getByRole("tab", { name: "Replay" }).click();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled.").waitFor();
      expect(faults).toEqual([]);
      await context.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("a file without events says so", async () => {
    const { page, context } = await open(browser(), url());
    await page.getByRole("tab", { name: "Replay" }).click();
    const buffer = Buffer.from("a log line\nanother one\n");
    await page.locator('input[type="file"]').setInputFiles({ name: "app.log", mimeType: "text/plain", buffer });
    await page.getByText("None of the 2 lines is an event.").waitFor();
    await context.close();
  });
}
