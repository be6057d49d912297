// Applications that are compiled into an executable, which is not a JavaScript runtime for L3.

import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { bundleWith } from "./bundlers.js";
import type { Installed } from "./installed.js";
import { expectNoRestart, writeApplication } from "./l3-application.js";
import { npmProgram } from "./npm-program.js";
import { must } from "./process.js";
import { skip } from "./skip.js";

/** By the documentation of Node.js, for every single executable application. */
const SEA_FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

export function compiledSuite(installed: () => Installed): void {
  const options = { timeout: 300_000 };

  test("an executable by `bun build --compile` never starts itself", options, async (context) => {
    const bun = await npmProgram("bun").catch((error: unknown) => skip(context, String(error)));
    const { folder, starts } = writeApplication(installed().scratch("bun-compiled"));
    const env = { DO_NOT_TRACK: "1" };
    await must(bun, ["build", "--compile", "main.mjs", "--outfile", "app"], { cwd: folder, env });
    const app = join(folder, "app");
    await expectNoRestart([app], starts, `\`${app}\` is not known to be a JavaScript runtime`);
  });

  test("a single executable of Node.js never starts itself, even if it is called node", options, async (context) => {
    const postject = await npmProgram("postject").catch((error: unknown) => skip(context, String(error)));
    const { folder, main, starts } = writeApplication(installed().scratch("node-compiled"));
    await bundleWith("vite", main, join(folder, "app.cjs"));
    const config = { main: "app.cjs", output: "app.blob", disableExperimentalSEAWarning: true };
    writeFileSync(join(folder, "sea.json"), JSON.stringify(config));
    await must(process.execPath, ["--experimental-sea-config", "sea.json"], { cwd: folder });
    const app = join(folder, "node");
    copyFileSync(process.execPath, app);
    chmodSync(app, 0o755);
    await must(postject, ["node", "NODE_SEA_BLOB", "app.blob", "--sentinel-fuse", SEA_FUSE], { cwd: folder });
    await expectNoRestart([app], starts, `\`${app}\` is not known to be a JavaScript runtime`);
  });
}
