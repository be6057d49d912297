// A browser, the command that serves the page, and pages in it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { FLAGS, findChromium } from "../../../../test/packaging/chromium.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const COMMAND = `${root}packages/node/dist/cli/main.cjs`;

export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `a3s-sentry preview`, and waits for its address. */
export async function serve(...args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [COMMAND, "preview", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: root,
  });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    messages += text;
  });
  const failed = once(child, "exit").then(() => Promise.reject(new Error(`the command ended: ${messages}`)));
  const [url] = (await Promise.race([once(createInterface(child.stdout), "line"), failed])) as [string];
  failed.catch(() => {});
  return {
    url,
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    },
  };
}

export async function launch(): Promise<Browser> {
  return await chromium.launch({ executablePath: await findChromium(), args: FLAGS });
}

/** A page, and what went wrong in it: errors, warnings of the console, requests to elsewhere. */
export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: string[];
}

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

/** A loaded machine must not decide a test: how long a step may take, in milliseconds. */
const STEP_MS = 120_000;

export interface View {
  readonly viewport?: typeof DESKTOP;
  readonly colorScheme?: "light" | "dark";
}

/** Opens the page, and waits until it judges. */
export async function open(
  browser: Browser,
  url: string,
  { viewport = DESKTOP, colorScheme = "light" }: View = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport, colorScheme });
  context.setDefaultTimeout(STEP_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  context.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(new URL(url).origin) && !/^(?:blob|data):/.test(to)) faults.push(`request to ${to}`);
  });
  await page.goto(url);
  await page.locator(".verdict").waitFor();
  return { page, context, faults };
}

/** Replaces the text of the policy editor. */
export async function writePolicy(page: Page, text: string): Promise<void> {
  await page.locator("sentry-preview").evaluate((element, policy) => {
    (element as HTMLElement & { policy: string }).policy = policy;
  }, text);
}

/** The policy in the editor. */
export async function policyOf(page: Page): Promise<string> {
  return await page
    .locator("sentry-preview")
    .evaluate((element) => (element as HTMLElement & { policy: string }).policy);
}
