// Tests of an application, run by Jest, with the settings that the README names. There, errors of
// the system come from another realm.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import type { Installed } from "./installed.js";
import { linkPackages } from "./npm-packages.js";
import { must } from "./process.js";
import { skip } from "./skip.js";

const CONFIG = {
  projects: [
    { displayName: "node", testEnvironment: "node" },
    {
      displayName: "jsdom",
      testEnvironment: "jsdom",
      testEnvironmentOptions: { customExportConditions: ["node"] },
      setupFiles: ["./text-codecs.js"],
    },
  ],
};
const TEXT_CODECS = `import { TextDecoder, TextEncoder } from "node:util";
Object.assign(globalThis, { TextDecoder, TextEncoder });
`;
const JUDGE = `import { readFileSync, rmSync } from "node:fs";
import { egress, fileAccess, Sentry } from "a3s-sentry";
import { lint } from "@a3s-sentry/core";
const metadata = egress(1, "169.254.169.254", 80);

test("judges, and creates a deny-file", async () => {
  rmSync("egress.txt", { force: true });
  const sentry = await Sentry.create({ deny: { egress: "egress.txt" } });
  expect(sentry.classify(Buffer.from(metadata)).rule).toBe("cloud-metadata");
  expect((await sentry.evaluateAndEnforce(metadata)).enforced).toBe("egress.txt");
  expect(readFileSync("egress.txt", "utf8")).toBe("169.254.169.254\\n");
  expect(await lint("fail_close = true")).toHaveLength(1);
});

test("explains why a policy cannot be read", async () => {
  await expect(Sentry.create("no-such.acl")).rejects.toThrow("there is no such file");
});

test("investigates, or warns that it cannot", async () => {
  const sentry = await Sentry.create({ agent: { bin: "/bin/true" }, fail_closed: true });
  const { reason } = await sentry.evaluate(fileAccess(1, "/home/u/.ssh/id_rsa"));
  const isPage = typeof document === "object";
  const why = isPage ? "\`AbortController\` is not that of Node.js, as in jsdom" : "the reply has no JSON object";
  expect(reason).toBe("L3 unavailable (" + why + "); fail-closed");
  expect(sentry.warnings).toEqual(isPage ? [expect.stringContaining(why)] : []);
});
`;
const IN_COMMONJS = `test("judges", async () => {
  const { egress, Sentry } = await import("a3s-sentry");
  const sentry = await Sentry.create("");
  expect(sentry.classify(egress(1, "169.254.169.254", 80)).rule).toBe("cloud-metadata");
});
`;

export function jestSuite(installed: () => Installed): void {
  const options = { timeout: 300_000 };

  const jest = async (folder: string): Promise<void> => {
    const program = join(folder, "node_modules/jest/bin/jest.js");
    const flags = ["--experimental-vm-modules", program, "--ci", "--runInBand"];
    await must(process.execPath, flags, { cwd: folder, timeout: 120_000 });
  };

  test("Jest judges in its environments for Node.js and for pages", options, async (context) => {
    const folder = installed().scratch("jest");
    await linkPackages("jest", folder).catch((error: unknown) => skip(context, String(error)));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", jest: CONFIG }));
    writeFileSync(join(folder, "text-codecs.js"), TEXT_CODECS);
    writeFileSync(join(folder, "judge.test.js"), JUDGE);
    await jest(folder);
    const commonjs = join(folder, "commonjs");
    mkdirSync(commonjs);
    await linkPackages("jest", commonjs);
    writeFileSync(join(commonjs, "package.json"), "{}");
    writeFileSync(join(commonjs, "judge.test.js"), IN_COMMONJS);
    await jest(commonjs);
  });
}
