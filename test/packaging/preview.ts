// The package of the preview, and the command that serves it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { type Installed, pack } from "./installed.js";
import { must, run } from "./process.js";

export function previewSuite(installed: () => Installed): void {
  test("the command says what is missing, and serves the page once it is installed", { timeout: 120_000 }, async () => {
    const { folder } = installed();
    const command = join(folder, "node_modules", ".bin", "a3s-sentry");
    const missing = await run(command, ["preview"], { cwd: folder });
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toContain("add the package `@a3s-sentry/preview`");

    const tarball = await pack("preview", folder);
    await must("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", tarball], { cwd: folder });
    const site = readdirSync(join(folder, "node_modules", "@a3s-sentry", "preview", "site"), { recursive: true });
    expect(
      site.filter(
        (name) =>
          !/^(?:assets|index\.html|sentry-preview\.js(?:\.br)?|assets.[\w.-]+\.(?:js|css)(?:\.br)?)$/.test(`${name}`),
      ),
    ).toEqual([]);

    const child = spawn(command, ["preview"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
    const [url] = (await once(createInterface(child.stdout), "line")) as [string];
    expect(await (await fetch(url)).text()).toContain("<sentry-preview>");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
}
