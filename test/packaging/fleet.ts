// The commands of a fleet as a user gets them: in the package `@a3s-sentry/fleet`, which the installed command loads.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { expectContent } from "./content.js";
import type { Installed } from "./installed.js";
import { must, run } from "./process.js";

/** Nothing listens there. */
const NOWHERE = ["--server", "nats://127.0.0.1:1"];

export function fleetSuite(installed: () => Installed): void {
  const folder = (): string => join(installed().folder, "node_modules", "@a3s-sentry", "fleet");
  const command = (): string => join(installed().folder, "node_modules", ".bin", "a3s-sentry");

  test("the package contains its bundle and types alone, without a path of the build machine", () => {
    const known = /^(?:LICENSE|README\.md|package\.json|dist\/index\.js(?:\.map)?|dist\/[\w/-]+\.d\.ts)$/;
    expectContent(folder(), known, ["LICENSE", "dist/index.js", "dist/index.d.ts"]);
  });

  test("every command is there", async () => {
    const at = installed().scratch("fleet");
    expect((await must(command(), ["fleet", "key", join(at, "a.nkey")])).stdout).toMatch(/^U[A-Z2-7]{55}\n$/);
    for (const args of [
      ["fleet", "init"],
      ["fleet", "status"],
      ["policy", "list"],
      ["policy", "status"],
    ]) {
      const { code, stderr } = await run(command(), [...args, ...NOWHERE]);
      expect([args, code, stderr]).toEqual([
        args,
        2,
        expect.stringContaining("cannot connect to `nats://127.0.0.1:1`"),
      ]);
    }
    // These wait for a server.
    for (const args of [
      ["ship", "--spool", join(at, "spool")],
      ["worker"],
      ["policy", "follow", join(at, "site.acl")],
    ]) {
      const child = spawn(command(), [...args, ...NOWHERE], { stdio: ["pipe", "ignore", "pipe"] });
      const ended = once(child, "exit");
      let said = "";
      for await (const line of createInterface(child.stderr)) {
        said += line;
        if (said.includes("cannot connect")) break;
      }
      expect(said).toContain("warning: cannot connect to `nats://127.0.0.1:1`");
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    }
  });

  test("without the package, a command says what to install", async () => {
    const away = `${folder()}.away`;
    renameSync(folder(), away);
    try {
      for (const args of [["ship", "--spool", "spool"], ["worker"], ["policy", "list"], ["fleet", "init"]]) {
        const { code, stderr } = await run(command(), args);
        const said = expect.stringContaining("needs the package `@a3s-sentry/fleet`: install it beside `a3s-sentry`");
        expect([args, code, stderr]).toEqual([args, 2, said]);
      }
    } finally {
      renameSync(away, folder());
    }
  });
}
