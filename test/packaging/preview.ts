// The preview as a user gets it: the page of the installed package, served by the installed command.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { inChromium } from "./chromium-page.js";
import { expectContent } from "./content.js";
import type { Installed } from "./installed.js";

const POLICY = `rule "no-dns" { on = "Dns" match = "." verdict = "block" severity = "low" reason = "r" }
test "a lookup" { host = "a.example", expect = "block", rule = "no-dns" }
`;

export function previewSuite(installed: () => Installed): void {
  const folder = (): string => join(installed().folder, "node_modules", "@a3s-sentry", "preview");

  test("the package contains the page alone, without a path of the build machine", () => {
    const known = /^(?:LICENSE|README\.md|package\.json|site\/[\w./-]+\.(?:html|css|js)(?:\.br)?)$/;
    expectContent(folder(), known, ["LICENSE", "site/index.html", "site/sentry-preview.js"]);
  });

  test("`a3s-sentry preview` opens a policy, judges in the page, and lets it connect to nothing", async () => {
    const policy = join(installed().folder, "preview.acl");
    writeFileSync(policy, POLICY);
    const command = join(installed().folder, "node_modules", ".bin", "a3s-sentry");
    const served = spawn(command, ["preview", policy], {
      cwd: installed().folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const ended = once(served, "exit").then(([code]) => Promise.reject(new Error(`the command ended with ${code}`)));
      const [url] = (await Promise.race([once(createInterface(served.stdout), "line"), ended])) as [string];
      ended.catch(() => {});
      await inChromium(async (page, faults) => {
        const response = await page.goto(url);
        expect(response?.headers()["content-security-policy"]).toContain("connect-src 'none'");
        await page.locator(".verdict", { hasText: "pipe-to-shell" }).waitFor();
        await page.getByRole("tab", { name: "Tests" }).click();
        await page.locator(".verdict", { hasText: "The test passes" }).waitFor();
        expect(faults).toEqual([]);
        expect(await page.evaluate("fetch('policy').then(() => 'sent', () => 'refused')")).toBe("refused");
      });
    } finally {
      const ended = once(served, "exit");
      served.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    }
  });
}
