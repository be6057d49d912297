// The packages from CommonJS, and from the settings of TypeScript that know no `exports`, as the
// README describes.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Installed, root } from "./installed.js";
import { npmProgram } from "./npm-program.js";
import { must, run } from "./process.js";
import { skip } from "./skip.js";

const REQUIRE = `const { egress, Sentry } = require("a3s-sentry");
const { llmTier } = require("@a3s-sentry/core/llm");
Sentry.create("").then((sentry) => console.log(sentry.classify(egress(1, "169.254.169.254", 80)).rule, typeof llmTier));
`;
const IMPORT = `async function main() {
  const { egress, Sentry } = await import("a3s-sentry");
  const { llmTier } = await import("@a3s-sentry/core/llm");
  const sentry = await Sentry.create("");
  console.log(sentry.classify(egress(1, "169.254.169.254", 80)).rule, typeof llmTier);
}
main();
`;
const TYPED = `import { egress, Sentry, type Decision } from "a3s-sentry";
import { llmTier } from "@a3s-sentry/core/llm";
import { init, type WasmInput } from "@a3s-sentry/core/slim";
export const load = (input: WasmInput): Promise<void> => init(input);
Sentry.create("").then((sentry) => {
  const decision: Decision = sentry.classify(egress(1, "169.254.169.254", 80));
  // @ts-expect-error: the types are there, so a wrong one is an error.
  const wrong: number = decision;
  console.log(decision.rule, typeof llmTier);
});
`;
const JUDGED = "cloud-metadata function\n";

export function commonjsSuite(installed: () => Installed): void {
  const options = { timeout: 300_000 };
  const types = ["--strict", "--skipLibCheck", "false", "--target", "ES2022", "--lib", "ES2022,DOM"];

  /** Runs a file of CommonJS with Node.js. */
  const judge = async (folder: string, file: string, flags: readonly string[] = []): Promise<string> =>
    (await must(process.execPath, [...flags, file], { cwd: folder })).stdout;

  test("`require` works from Node.js 20.19 on, and `import()` before that", options, async () => {
    const folder = installed().scratch("commonjs");
    writeFileSync(join(folder, "require.cjs"), REQUIRE);
    writeFileSync(join(folder, "import.cjs"), IMPORT);
    // The flag makes a newer version like an older one, which does not know it.
    const old = process.allowedNodeEnvironmentFlags.has("--experimental-require-module")
      ? ["--no-experimental-require-module"]
      : [];
    expect(await judge(folder, "import.cjs", old)).toBe(JUDGED);
    const { code, stderr } = await run(process.execPath, [...old, "require.cjs"], { cwd: folder });
    expect([code, stderr]).toEqual([1, expect.stringContaining("ERR_REQUIRE_ESM")]);
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) {
      expect(await judge(folder, "require.cjs")).toBe(JUDGED);
    }
  });

  test("a `.cts` file is compiled with `module: nodenext`", options, async () => {
    const folder = installed().scratch("cts");
    writeFileSync(join(folder, "judge.cts"), TYPED);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    await must(process.execPath, [tsc, ...types, "--module", "nodenext", "judge.cts"], { cwd: folder });
    expect(existsSync(join(folder, "judge.cjs"))).toBe(true);
    if (process.features.require_module) expect(await judge(folder, "judge.cjs")).toBe(JUDGED);
  });

  test("`moduleResolution: node10` finds all entries and their types", options, async (context) => {
    const tsc = await npmProgram("typescript").catch((error: unknown) => skip(context, String(error)));
    const folder = installed().scratch("node10");
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "judge.ts"), TYPED);
    const modules = ["--module", "commonjs", "--moduleResolution", "node10"];
    await must(tsc, [...types, ...modules, "judge.ts"], { cwd: folder });
    if (process.features.require_module) expect(await judge(folder, "judge.js")).toBe(JUDGED);
  });
}
