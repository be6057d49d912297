// `npm run preview:figures`: measures the page, and fails if a goal is missed.

import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Sentry } from "@a3s-sentry/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, open, type Served, serve, writePolicy } from "../test/browser/pages.js";
import { transferredBytes } from "../test/site.js";

const SESSION = readFileSync(fileURLToPath(new URL("../../../examples/session.ndjson", import.meta.url)));
const STREAM_BYTES = 100_000_000;
const RULES = 200;
const KEYS = 20;

let browser: Browser;
let served: Served;
let folder = "";

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve()]);
  folder = mkdtempSync(join(tmpdir(), "a3s-sentry-figures-"));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function report(what: string, value: number, unit: string, goal: number): void {
  process.stdout.write(`${what}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit} (goal: ${goal} ${unit})\n`);
  expect(value, what).toBeLessThanOrEqual(goal);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

test("first interaction, cold", async () => {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const { page, context } = await open(browser, served.url);
    times.push(await page.evaluate(() => performance.getEntriesByName("first-decision")[0]?.startTime ?? Number.NaN));
    await context.close();
  }
  report("first decision after a cold start", median(times) / 1000, "s", 1);
});

test("transferred, if every panel is opened", () => {
  report("transferred, if every panel is opened", transferredBytes() / 1000, "kB", 850);
});

/** Types, and measures from each key to its decision on view. */
async function keystrokes(page: Page, type: (key: string) => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const state = window as unknown as { times: number[]; pressed: number };
    state.times = [];
    addEventListener("keydown", () => (state.pressed = performance.now()), { capture: true });
    addEventListener("judged", () => {
      if (state.pressed > 0) state.times.push(performance.now() - state.pressed);
      state.pressed = 0;
    });
  });
  for (let key = 0; key < KEYS; key++) {
    await type("x");
    await page.waitForTimeout(250);
  }
  return await page.evaluate(() => (window as unknown as { times: number[] }).times);
}

/** The longest task of the page so far, in milliseconds. */
async function longestTask(page: Page): Promise<number> {
  return await page.evaluate(() => (window as unknown as { longest: number }).longest);
}

test(`a keystroke in a policy of ${RULES} rules`, { timeout: 120_000 }, async () => {
  const { page, context } = await open(browser, served.url);
  const rule = (index: number): string => `rule "site-${index}" {
  on = "ToolExec"
  match = \`(?:^|[;|&]\\s*)(?:tool${index}|other${index}) (?:apply|destroy${index})( |$)\`
  verdict = "block"  severity = "high"  reason = "tool ${index}"
}
`;
  await writePolicy(page, Array.from({ length: RULES }, (_, index) => rule(index)).join(""));
  await page.getByText(`${RULES} rules`).waitFor();
  await page.waitForTimeout(2000);
  await page.evaluate(() => {
    const state = window as unknown as { longest: number };
    state.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) state.longest = Math.max(state.longest, duration);
    }).observe({ entryTypes: ["longtask"] });
  });
  await page.getByLabel("Command, as an agent").focus();
  const inCommand = await keystrokes(page, (key) => page.keyboard.press(key));
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# ");
  await page.waitForTimeout(500);
  const inPolicy = await keystrokes(page, (key) => page.keyboard.press(key));
  expect([inCommand.length, inPolicy.length]).toEqual([KEYS, KEYS]);
  report("a key in the command to its decision", median(inCommand), "ms", 50);
  report("a key in the policy to its decision", median(inPolicy), "ms", 50);
  report("the longest task of the page", await longestTask(page), "ms", 100);
  await context.close();
});

test("replay of 100 MB", { timeout: 300_000 }, async () => {
  const file = join(folder, "stream.ndjson");
  const count = Math.ceil(STREAM_BYTES / SESSION.length);
  writeFileSync(file, Buffer.concat(Array.from({ length: count }, () => SESSION)));
  const sentry = await Sentry.create("");
  const stream = sentry.createStream();
  const start = performance.now();
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) stream.push(chunk);
  stream.end();
  const oneThread = performance.now() - start;
  const { page, context } = await open(browser, served.url);
  await writePolicy(page, "");
  await page.getByRole("tab", { name: "Replay" }).click();
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.getByText(/a second/).waitFor({ timeout: 280_000 });
  const seconds = Number(/in ([\d.]+) s/.exec((await page.getByText(/a second/).textContent()) ?? "")?.[1]);
  report("a replay, compared with one thread of the core", (seconds * 1000) / oneThread, "times", 2);
  await context.close();
});
