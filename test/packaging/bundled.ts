// Programs that are bundled into one file: they judge, and say at the start what the files that
// stay behind would have done.

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, onTestFinished, type TestContext, test } from "vitest";
import { BUNDLERS, type Bundler, bundleWith } from "./bundlers.js";
import type { Installed } from "./installed.js";
import { expectNoRestart, runOnce, writeApplication } from "./l3-application.js";
import { npmPackages } from "./npm-packages.js";
import { must, run } from "./process.js";
import { skip } from "./skip.js";

const EVENT = `${JSON.stringify({ event: { ToolExec: { pid: 1, argv: ["rm", "-rf", "/"] } } })}\n`;

export function bundledSuite(installed: () => Installed): void {
  const options = { timeout: 300_000 };

  /** Bundles a program, and copies the bundle to a folder from which no package can be found. */
  async function bundled(context: TestContext, bundler: Bundler, entry: string, name: string): Promise<string> {
    if (bundler !== "vite") await npmPackages(bundler).catch((error: unknown) => skip(context, String(error)));
    const output = join(installed().scratch(`${bundler}-${name}`), name);
    await bundleWith(bundler, entry, output);
    const alone = mkdtempSync(join(tmpdir(), "a3s-sentry-bundle-"));
    onTestFinished(() => rmSync(alone, { recursive: true }));
    copyFileSync(output, join(alone, basename(output)));
    return join(alone, basename(output));
  }

  test.for([
    ["esbuild", "app.cjs"],
    ["esbuild", "app.mjs"],
    ["vite", "app.cjs"],
    ["vite", "app.mjs"],
  ] as const)("an application by %s, as %s, warns that the reaper is missing", options, async ([by, name], context) => {
    const { main, starts } = writeApplication(installed().scratch(`${by}-for-${name}`));
    const app = await bundled(context, by, main, name);
    await expectNoRestart([process.execPath, app], starts, "the file `reaper-process.js` of this package is missing");
  });

  // It writes the addresses of the sources into the bundle: where these exist, L3 works.
  test("an application by webpack judges", options, async (context) => {
    const { main, starts } = writeApplication(installed().scratch("webpack-for-app.cjs"));
    const app = await bundled(context, "webpack", main, "app.cjs");
    expect(await runOnce([process.execPath, app], starts)).toMatchObject({ warnings: [], verdict: "block" });
  });

  test.for(BUNDLERS)("the command, bundled by %s, judges", options, async (by, context) => {
    const entry = join(installed().folder, "node_modules/a3s-sentry/dist/cli/main.cjs");
    const command = await bundled(context, by, entry, "cli.cjs");
    expect((await must(process.execPath, [command, "--version"])).stdout).toBe("a3s-sentry 0.1.0\n");
    const { stdout, stderr } = await must(process.execPath, [command, "run"], { input: EVENT });
    expect(JSON.parse(stdout)).toMatchObject({ decision: { verdict: "block", rule: "destructive-rm" } });
    const isAlone = by !== "webpack" && availableParallelism() > 1;
    const warning = "judging continues without it: the file `worker.js` of this package is missing";
    expect(stderr.includes(warning)).toBe(isAlone);
  });

  test("the investigator, bundled, asks for a folder of playbooks", options, async (context) => {
    const entry = join(installed().folder, "node_modules/a3s-sentry/dist/agent/main.js");
    const agent = await bundled(context, "esbuild", entry, "agent.cjs");
    const env = { SENTRY_L3_URL: "http://127.0.0.1:1/v1", SENTRY_L3_MODEL: "m" };
    const alone = await run(process.execPath, [agent, "--json", "-p", "x"], { env });
    const problem = "the playbooks of this package are missing: name a folder with `--skills`";
    expect([alone.code, alone.stdout, alone.stderr]).toEqual([1, "", `error: ${problem}\n`]);
    const skills = installed().scratch("playbooks");
    writeFileSync(join(skills, "one.md"), "Look closely.\n");
    const { stderr } = await run(process.execPath, [agent, "--skills", skills, "--json", "-p", "x"], { env });
    expect(stderr).toBe("error: the connection failed\n");
  });
}
