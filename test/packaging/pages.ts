// The pages for the first hour, followed word for word with the packed packages.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { type Installed, root } from "./installed.js";
import { startModel } from "./model.js";
import { must } from "./process.js";
import { follow } from "./walkthrough.js";

const RECIPES = 12;
/** The address of metrics on the page. The tests use a free port in its place. */
const METRICS = "127.0.0.1:9464";

const page = (name: string): string => readFileSync(join(root, "docs", name), "utf8");
const { PATH = "" } = process.env;
const hasTools = ["jq", "curl"].every((name) => PATH.split(":").some((folder) => existsSync(join(folder, name))));

export function pagesSuite(installed: () => Installed): void {
  const pathWithCommand = (): string => `${join(installed().folder, "node_modules", ".bin")}:${PATH}`;

  test("docs/tutorial.md leads from an empty folder to a blocked call", { timeout: 180_000 }, async () => {
    // Dependencies are in npm's cache since the packages were installed.
    const env = { npm_config_prefer_offline: "true" };
    expect(await follow(page("tutorial.md"), installed().scratch("my-agent"), env)).toBe(5);
  });

  test("docs/faq.md: the commands print what the page says", { timeout: 60_000 }, async () => {
    expect(await follow(page("faq.md"), installed().scratch("faq"), { PATH: pathWithCommand() })).toBe(2);
  });

  test("docs/policies-in-git.md: the policy passes its tests and the job", { timeout: 60_000 }, async () => {
    const folder = installed().scratch("policies-in-git");
    expect(await follow(page("policies-in-git.md"), folder, { PATH: pathWithCommand() })).toBe(3);
  });

  describe("docs/cookbook.md", () => {
    const recipes = page("cookbook.md").split(/^## /m).slice(1);
    const cases = recipes.map((text) => ({ title: text.slice(0, text.indexOf("\n")), text }));

    test("has the recipes that are tested here", () => expect(cases).toHaveLength(RECIPES));

    test.skipIf(!hasTools).each(cases)("$title", { timeout: 120_000 }, async ({ title, text }) => {
      const folder = installed().scratch(`recipe-${title.toLowerCase().replaceAll(/\W+/g, "-")}`);
      const model = `http://${await startModel()}/v1`;
      const metrics = `127.0.0.1:${await freePort()}`;
      await follow(text.replaceAll(METRICS, metrics), folder, { PATH: pathWithCommand(), LLM_URL: model });
    });

    test.skipIf(process.platform !== "linux")("the unit of the service judges what its FIFO gets", async () => {
      const folder = installed().scratch("service");
      const unit = /^```ini .*\n([\s\S]*?)^```$/m.exec(page("cookbook.md"))?.[1] ?? "";
      const script = (key: string): string => {
        const text = new RegExp(`^${key}=/bin/sh -c '(.*)'$`, "m").exec(unit)?.[1] ?? "";
        return text.replaceAll(/\/(?:run|etc|var\/lib)\/a3s-sentry/g, folder);
      };
      const env = { PATH: pathWithCommand() };
      await must("sh", ["-c", `echo 'fail_closed = true' > ${folder}/sentry.acl`]);
      await must("sh", ["-c", script("ExecStartPre")]);
      const service = spawn("sh", ["-c", script("ExecStart")], { env: { ...process.env, ...env }, stdio: "ignore" });
      const event = '{"event":{"Egress":{"pid":1,"peer":"169.254.169.254","port":80}}}';
      await must("sh", ["-c", `echo '${event}' > ${folder}/events`]);
      await vi.waitFor(() => expect(readFileSync(join(folder, "audit.ndjson"), "utf8")).toContain('"block"'), 20_000);
      service.kill("SIGTERM");
      expect(await once(service, "close")).toEqual([0, null]);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
