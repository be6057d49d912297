// The systemd units: systemd has nothing to say about them, and the command takes their flags.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SYSTEM_SOCKET } from "../../packages/node/src/guard/sockets.js";
import { MAIN } from "../e2e/command.js";
import { DEPLOY } from "./manifests.js";

const { PATH = "" } = process.env;
const verifies = PATH.split(":").some((folder) => existsSync(`${folder}/systemd-analyze`));

describe.each([["system"], ["user"]])("the unit for a %s", (kind) => {
  const path = join(DEPLOY, `systemd/${kind}/a3s-sentry-guard.service`);
  const words = /^ExecStart=(.*)$/m.exec(readFileSync(path, "utf8"))?.[1]?.split(" ") ?? [];

  it.runIf(verifies)("is valid", () => {
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
    expect([status, stdout + stderr]).toEqual([0, ""]);
  });

  it("starts `serve` with flags that it has", () => {
    expect(words.slice(0, 3)).toEqual(["/usr/bin/env", "a3s-sentry", "serve"]);
    const help = spawnSync(process.execPath, [MAIN, "serve", "--help"], { encoding: "utf8" }).stdout;
    for (const flag of words.filter((word) => word.startsWith("--"))) expect(help).toContain(flag);
  });

  it.runIf(kind === "system")("listens where hooks look for a judge", () => {
    expect(words).toContain(SYSTEM_SOCKET);
  });
});
