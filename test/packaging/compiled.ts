// Applications that are compiled into an executable or a bundle: L3 has no reaper there, and must
// not start the application instead, which would start itself again.

import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Installed } from "./installed.js";
import { npmProgram } from "./npm-program.js";
import { must } from "./process.js";
import { skip } from "./skip.js";

/** By the documentation of Node.js, for every single executable application. */
const SEA_FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
const MAX_STARTS = 5;

/** Counts its starts in a file. Ends at once after too many, so that a failing test ends too. */
const application = (starts: string): string => `import { appendFileSync, readFileSync } from "node:fs";
import { fileAccess, Sentry } from "a3s-sentry";
appendFileSync(${JSON.stringify(starts)}, "started\\n");
if (readFileSync(${JSON.stringify(starts)}, "utf8").split("\\n").length > ${MAX_STARTS}) process.exit(9);
async function main() {
  const sentry = await Sentry.create({ agent: { bin: "/bin/true" }, fail_closed: true });
  const { verdict, reason } = await sentry.evaluate(fileAccess(1, "/home/u/.ssh/id_rsa"));
  console.log(JSON.stringify({ warnings: sentry.warnings, verdict, reason }));
}
main();
`;

export function compiledSuite(installed: () => Installed): void {
  const options = { timeout: 300_000 };

  /** Writes the application to a new folder, and returns the folder and the path of the counter. */
  const write = (name: string): { folder: string; starts: string } => {
    const folder = installed().scratch(name);
    const starts = join(folder, "starts");
    writeFileSync(join(folder, "main.mjs"), application(starts));
    return { folder, starts };
  };

  const bundle = async (folder: string): Promise<void> => {
    const script = fileURLToPath(new URL("bundle-node.mjs", import.meta.url));
    await must(process.execPath, [script, join(folder, "main.mjs"), join(folder, "app.cjs")]);
  };

  /**
   * Runs the application. It must warn at creation, take the fail mode, and start no process of its
   * own kind.
   */
  const expectNoRestart = async (command: readonly string[], starts: string, problem: string): Promise<void> => {
    const [file = "", ...args] = command;
    const { stdout } = await must(file, args);
    // A second start would be detached, and may be slow to count itself.
    await sleep(2_000);
    expect(readFileSync(starts, "utf8")).toBe("started\n");
    expect(JSON.parse(stdout)).toEqual({
      warnings: [expect.stringContaining(`L3 cannot work in this process: ${problem}`)],
      verdict: "block",
      reason: `L3 unavailable (${problem}); fail-closed`,
    });
  };

  test("an executable by `bun build --compile` never starts itself", options, async (context) => {
    const bun = await npmProgram("bun").catch((error: unknown) => skip(context, String(error)));
    const { folder, starts } = write("bun-compiled");
    const env = { DO_NOT_TRACK: "1" };
    await must(bun, ["build", "--compile", "main.mjs", "--outfile", "app"], { cwd: folder, env });
    const app = join(folder, "app");
    await expectNoRestart([app], starts, `\`${app}\` is not known to be a JavaScript runtime`);
  });

  test("a single executable of Node.js never starts itself, even if it is called node", options, async (context) => {
    const postject = await npmProgram("postject").catch((error: unknown) => skip(context, String(error)));
    const { folder, starts } = write("node-compiled");
    await bundle(folder);
    const config = { main: "app.cjs", output: "app.blob", disableExperimentalSEAWarning: true };
    writeFileSync(join(folder, "sea.json"), JSON.stringify(config));
    await must(process.execPath, ["--experimental-sea-config", "sea.json"], { cwd: folder });
    const app = join(folder, "node");
    copyFileSync(process.execPath, app);
    chmodSync(app, 0o755);
    await must(postject, ["node", "NODE_SEA_BLOB", "app.blob", "--sentinel-fuse", SEA_FUSE], { cwd: folder });
    await expectNoRestart([app], starts, `\`${app}\` is not known to be a JavaScript runtime`);
  });

  test("a bundle warns that the reaper is missing", options, async () => {
    const { folder, starts } = write("node-bundled");
    await bundle(folder);
    const problem = "the file `reaper-process.js` of this package is missing";
    await expectNoRestart([process.execPath, join(folder, "app.cjs")], starts, problem);
  });
}
