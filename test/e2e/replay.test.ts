// The page of `replay`, in a real browser, from a file.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLAGS, findChromium } from "../packaging/chromium.js";
import { run, scratch } from "./command.js";

const preview = createRequire(new URL("../../packages/preview/package.json", import.meta.url));
const AXE = readFileSync(preview.resolve("axe-core/axe.min.js"), "utf8");

/** Texts that a page must show, and never obey. */
const EVIL = "</script><script>window.evil = 1</script><img src=x onerror='window.evil = 2'>\u202e";
const KEY = `sk-proj-${"abcdefghij0123456789".repeat(2)}`;

const use = (name: string, input: unknown) => ({
  type: "assistant",
  sessionId: EVIL,
  message: { role: "assistant", content: [{ type: "tool_use", name, input }] },
});
const SESSION = [
  { type: "user", sessionId: EVIL, message: { role: "user", content: `the key: ${KEY}` } },
  use("Bash", { command: `rm -rf / # ${EVIL}` }),
  use("Bash", { command: `rm -rf / # ${"x".repeat(5000)}` }),
  use("Read", { file_path: "/home/dev/.ssh/id_rsa" }),
];

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: await findChromium(), args: FLAGS });
}, 300_000);

afterAll(async () => {
  await browser?.close();
});

async function page(): Promise<string> {
  const cwd = scratch();
  writeFileSync(join(cwd, "a.jsonl"), SESSION.map((line) => `${JSON.stringify(line)}\n`).join("") + EVIL);
  const { code, stdout, stderr } = await run(["replay", "a.jsonl", "--html", "r.html"], "", { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("would have been: 2 stopped, 1 asked, 1 secret masked");
  expect(stdout).toContain("the whole report: r.html");
  return join(cwd, "r.html");
}

describe("the page of a replay", () => {
  it("shows hostile texts as text, for everybody, on every screen", async () => {
    const file = await page();
    expect(readFileSync(file, "utf8")).not.toContain(KEY.slice(8));
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 360, height: 740 },
    ]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await browser.newContext({ viewport, colorScheme });
        const shown = await context.newPage();
        const faults: string[] = [];
        shown.on("pageerror", (error) => faults.push(String(error)));
        shown.on("console", (message) => faults.push(message.text()));
        shown.on("request", (request) => request.url().startsWith("file:") || faults.push(request.url()));
        await shown.goto(pathToFileURL(file).href);
        const text = await shown.locator("main").textContent();
        expect(text).toContain("rm -rf / # </script><script>window.evil = 1</script><img");
        expect(text).toContain("\\u{202e}");
        expect(await shown.evaluate("window.evil")).toBeUndefined();
        expect(await shown.locator("img").count()).toBe(0);
        const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        expect(await shown.evaluate(overflow)).toBeLessThanOrEqual(0);
        await shown.evaluate(AXE);
        expect(await shown.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))")).toEqual([]);
        expect(faults).toEqual([]);
        await context.close();
      }
    }
  });

  it("runs no other script than its own", async () => {
    const file = await page();
    const context = await browser.newContext();
    const shown = await context.newPage();
    const injected = "<script>window.evil = 1</script></body>";
    writeFileSync(file, readFileSync(file, "utf8").replace("</body>", injected));
    await shown.goto(pathToFileURL(file).href);
    await shown.locator("h1").waitFor();
    expect(await shown.evaluate("window.evil")).toBeUndefined();
    await context.close();
  });
});
