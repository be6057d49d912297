// Other runtimes than Node.js, from their npm packages: the core can be imported and judges in
// each.

import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Installed } from "./installed.js";
import { judgeByModel, SAID, startModel } from "./model.js";
import { npmProgram } from "./npm-program.js";
import { bundle, must } from "./process.js";
import { skip } from "./skip.js";

const JUDGE = `import { egress, Sentry } from "@a3s-sentry/core";
const sentry = await Sentry.create("");
const { verdict, rule } = sentry.classify(egress(1, "169.254.169.254", 80));
`;
const SCRIPT = `${JUDGE}console.log(verdict, rule);\n`;
const byModel = (host: string): string => `import { fileAccess, Sentry } from "@a3s-sentry/core";
import { llmTier } from "@a3s-sentry/core/llm";
${judgeByModel(`"http://${host}"`)}console.log(second.verdict, second.tier, second.reason);
`;
const BY_MODEL = `block Llm L2: ${SAID}`;
const worker = (host: string): string => `import { egress, fileAccess, Sentry } from "@a3s-sentry/core";
import { llmTier } from "@a3s-sentry/core/llm";
export default {
  async test() {
    const sentry = await Sentry.create("");
    const { verdict, rule } = sentry.classify(egress(1, "169.254.169.254", 80));
    if (verdict !== "block" || rule !== "cloud-metadata") throw new Error(\`judged \${verdict} by \${rule}\`);
    console.log("judged by", rule);
    ${judgeByModel(`"http://${host}"`)}
    console.log(second.verdict, second.tier, second.reason);
  },
};
`;
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = (
    compatibilityDate = "2026-11-01",
    modules = [
      (name = "worker.js", esModule = embed "worker.js"),
      (name = "sentry.wasm", wasm = embed "sentry.wasm"),
    ],
  )),
  (name = "internet", network = (allow = ["local"])),
]);
`;

export function runtimeSuite(installed: () => Installed): void {
  const options = { timeout: 300_000 };

  test("Deno judges without permissions", options, async (context) => {
    const deno = await npmProgram("deno").catch((error: unknown) => skip(context, String(error)));
    const folder = installed().scratch("deno");
    writeFileSync(join(folder, "judge.mjs"), SCRIPT);
    const flags = ["run", "--no-prompt", "--no-remote", "--node-modules-dir=manual"];
    const env = { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(folder, "cache") };
    const { stdout } = await must(deno, [...flags, "judge.mjs"], { cwd: folder, env });
    expect(stdout).toBe("block cloud-metadata\n");
    const host = await startModel();
    writeFileSync(join(folder, "model.mjs"), byModel(host));
    const judged = await must(deno, [...flags, `--allow-net=${host}`, "model.mjs"], { cwd: folder, env });
    expect(judged.stdout).toBe(`${BY_MODEL}\n`);
  });

  test("Bun judges", options, async (context) => {
    const bun = await npmProgram("bun").catch((error: unknown) => skip(context, String(error)));
    const folder = installed().scratch("bun");
    writeFileSync(join(folder, "judge.mjs"), SCRIPT);
    writeFileSync(join(folder, "model.mjs"), byModel(await startModel()));
    const judge = (script: string) => must(bun, ["--no-install", script], { cwd: folder, env: { DO_NOT_TRACK: "1" } });
    expect((await judge("judge.mjs")).stdout).toBe("block cloud-metadata\n");
    expect((await judge("model.mjs")).stdout).toBe(`${BY_MODEL}\n`);
  });

  test("a worker judges in workerd, with the module beside it", options, async (context) => {
    const workerd = await npmProgram("workerd").catch((error: unknown) => skip(context, String(error)));
    const folder = installed().scratch("workerd");
    writeFileSync(join(folder, "main.mjs"), worker(await startModel()));
    writeFileSync(join(folder, "config.capnp"), CONFIG);
    await bundle(folder, "worker.js", ["workerd"]);
    copyFileSync(
      join(installed().folder, "node_modules/@a3s-sentry/core/wasm/sentry_core_bg.wasm"),
      join(folder, "sentry.wasm"),
    );
    const { stdout, stderr } = await must(workerd, ["test", "config.capnp"], { cwd: folder });
    expect(stdout + stderr).toContain("judged by cloud-metadata");
    expect(stdout + stderr).toContain(BY_MODEL);
  });
}
