// A page in a Chromium that starts for one test and ends with it.

import { chromium, type Page } from "playwright-core";
import { FLAGS, findChromium } from "./chromium.js";

/** A loaded machine must not decide a test: how long a step may take, in milliseconds. */
const STEP_MS = 240_000;

/** Calls `use` with a page, and the list of what goes wrong in it: errors, and messages of the console. */
export async function inChromium(use: (page: Page, faults: readonly string[]) => Promise<void>): Promise<void> {
  const options = { executablePath: await findChromium(), args: FLAGS, timeout: STEP_MS };
  const browser = await chromium.launch(options);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(STEP_MS);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    await use(page, faults);
  } finally {
    await browser.close();
  }
}
