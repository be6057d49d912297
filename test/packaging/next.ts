// An application of Next.js, built with each of its bundlers: routes on Node.js and on the edge
// judge, and L3 works or says at creation that it cannot.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import type { Installed } from "./installed.js";
import { linkPackages } from "./npm-packages.js";
import { must } from "./process.js";
import { skip } from "./skip.js";

const JUDGE = `import { egress, Sentry } from "@a3s-sentry/core";
export const dynamic = "force-dynamic";
export async function GET() {
  const sentry = await Sentry.create("");
  return Response.json(sentry.classify(egress(1, "169.254.169.254", 80)).rule);
}
`;
const INVESTIGATE = `import { fileAccess, Sentry } from "a3s-sentry";
export const dynamic = "force-dynamic";
export async function GET() {
  const sentry = await Sentry.create({ agent: { bin: process.env.INVESTIGATOR }, fail_closed: true });
  const { verdict, reason } = await sentry.evaluate(fileAccess(1, "/home/u/.ssh/id_rsa"));
  return Response.json({ warnings: sentry.warnings, verdict, reason });
}
`;
const FILES: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "site", "private": true }',
  // The packages are outside the application's folder.
  "next.config.mjs": 'export default { outputFileTracingRoot: "/", turbopack: { root: "/" } };\n',
  "app/layout.jsx": "export default ({ children }) => <html><body>{children}</body></html>;\n",
  "app/page.jsx": "export default () => <p>judged</p>;\n",
  "app/node/route.js": JUDGE,
  "app/edge/route.js": `${JUDGE}export const runtime = "edge";\n`,
  "app/l3/route.js": INVESTIGATE,
};
const INVESTIGATOR = `#!/bin/sh
echo '{"verdict":"allow","severity":"low","reason":"a known tool"}'
`;
const ENV = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };

export function nextSuite(installed: () => Installed): void {
  test.for(["--turbopack", "--webpack"])(
    "routes of Next.js judge, built with %s",
    { timeout: 400_000 },
    async (bundler, context) => {
      const folder = installed().scratch(`next${bundler}`);
      await linkPackages("next", folder).catch((error: unknown) => skip(context, String(error)));
      mkdirSync(join(folder, "app/node"), { recursive: true });
      for (const route of ["edge", "l3"]) mkdirSync(join(folder, "app", route));
      for (const [file, text] of Object.entries(FILES)) writeFileSync(join(folder, file), text);
      const investigator = join(folder, "investigator.sh");
      writeFileSync(investigator, INVESTIGATOR, { mode: 0o755 });
      const next = join(folder, "node_modules/next/dist/bin/next");
      await must(process.execPath, [next, "build", bundler], { cwd: folder, env: ENV });
      const origin = await serve(next, folder, { INVESTIGATOR: investigator });
      const get = async (path: string): Promise<unknown> => (await fetch(`${origin}/${path}`)).json();
      expect(await get("node")).toBe("cloud-metadata");
      expect(await get("edge")).toBe("cloud-metadata");
      expect(await get("l3")).toEqual({ warnings: [], verdict: "allow", reason: "L3: a known tool" });
    },
  );
}

/** Serves the built application until the test ends, and returns its origin. */
async function serve(next: string, cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, [next, "start", "--port", "0", "--hostname", "127.0.0.1"], {
    cwd,
    env: { ...process.env, ...ENV, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(async () => {
    const ended = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (origin !== undefined) return origin;
  }
  throw new Error("the server ended before it listened");
}
