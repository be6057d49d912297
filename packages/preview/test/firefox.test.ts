// The page in Firefox, where one is on PATH: it judges, formats, runs tests, replays and masks.

import { expect, test } from "vitest";
import { skip } from "../../../test/packaging/skip.js";
import { findFirefox, inFirefox } from "./browser/marionette.js";
import { serve } from "./browser/pages.js";

const SCRIPT = `
const root = document.querySelector("sentry-preview").shadowRoot;
const until = async (selector, text) => {
  for (;;) {
    const found = [...root.querySelectorAll(selector)].find((one) => one.textContent.includes(text));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const click = async (selector, text) => (await until(selector, text)).click();
await until(".verdict", "pipe-to-shell");
await until(".test-unfired", "○");
await click("button", "Format");
await until(".status", "Formatted");
await click("[role=tab]", "Tests");
await until(".verdict", "The test passes");
await click("[role=tab]", "Replay");
await click("button", "Try a recorded session");
await until(".label", "a second");
const blocked = root.querySelector(".tiles .block dd").textContent;
await click("[role=tab]", "Prompt");
await until(".subject", "A3S_REDACTED:email:1");
const refused = await fetch("policy").then(() => "sent", () => "refused");
return { blocked, refused };`;

test("the page works in Firefox", async (context) => {
  const firefox = findFirefox() ?? skip(context, "no Firefox is on PATH");
  const served = await serve();
  try {
    expect(await inFirefox(firefox, served.url, SCRIPT)).toEqual({ blocked: "7", refused: "refused" });
  } finally {
    await served.stop();
  }
});
