// Which targets are denied, and which are not: the two lists, on every spelling of a path.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ActionKind, TargetFrom } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import { TargetCheck, type TargetCheckOptions } from "../../src/enforcer/target-check.js";
import { scratch } from "../support/scratch.js";

function result(
  target: string,
  from: TargetFrom | undefined,
  { kind = "DenyExec", ...options }: TargetCheckOptions & { kind?: ActionKind } = {},
): string {
  const checked = new TargetCheck(options).check({ kind, target }, from);
  return "refused" in checked ? checked.refused : checked.line;
}

describe("a program that only the arguments name", () => {
  it.each(["/usr/bin/sudo", "/", "/opt/evil", "curl"])("is not denied: %s", (target) => {
    expect(result(target, "argv")).toBe("program-from-argv");
  });
});

describe("never denied, whoever asks", () => {
  it.each<[string, ActionKind]>([
    ["/", "DenyExec"],
    ["//", "DenyFile"],
    ["/usr", "DenyExec"],
    ["/etc/", "DenyFile"],
    ["/home/..", "DenyFile"],
    ["/bin", "DenyExec"],
    ["/dev/null", "DenyFile"],
    ["/proc/1/environ", "DenyFile"],
    ["/sbin/init", "DenyExec"],
    ["//usr//sbin/./init", "DenyExec"],
    ["/proc/self/root/sbin/init", "DenyExec"],
    ["/lib/systemd/systemd", "DenyExec"],
    ["/lib64/ld-linux-x86-64.so.2", "DenyFile"],
    ["/lib/x86_64-linux-gnu/libc.so.6", "DenyFile"],
    ["/lib/ld-musl-x86_64.so.1", "DenyExec"],
    ["/usr/bin/a3s-guard", "DenyExec"],
    [process.execPath, "DenyExec"],
    ["db", "DenyEgress"],
    ["db.", "DenyEgress"],
  ])("%s", (target, kind) => {
    const own = [process.execPath];
    expect(result(target, undefined, { kind, own })).toBe("never-denied");
    expect(result(target, "observed", { kind, own })).toBe("never-denied");
  });

  it("a link to such a program", () => {
    const folder = scratch();
    const [program, link] = [join(folder, "program"), join(folder, "link")];
    writeFileSync(program, "");
    symlinkSync(program, link);
    expect(result(link, undefined, { own: [program] })).toBe("never-denied");
    expect(result(program, undefined, { own: [link] })).toBe("never-denied");
  });

  it("the policy's own patterns, through links too", () => {
    const folder = scratch();
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "app"));
    const never = ["/srv/app/*", `${folder}/app/*`, "~/tools/**", "*.corp.test", "10.0.0.*"];
    for (const path of ["/srv/app/x", "//srv/./app/x", `${folder}/real/x`, "/home/ann/tools/a/b"]) {
      expect(result(path, undefined, { never })).toBe("never-denied");
    }
    expect(result("/srv/app/x/y", undefined, { never })).toBe("/srv/app/x/y");
    for (const [host, expected] of [
      ["db.corp.test", "never-denied"],
      ["corp.test", "corp.test"],
      ["10.0.0.7", "never-denied"],
    ] as const) {
      expect(result(host, undefined, { never, kind: "DenyEgress" })).toBe(expected);
    }
  });
});

describe("not denied by itself, but for a site rule", () => {
  it.each<[string, ActionKind]>([
    ["/var/run/systemd/resolve/stub-resolv.conf", "DenyFile"],
    ["/usr/bin/bash", "DenyExec"],
    ["/bin/sh", "DenyExec"],
    ["//usr/bin/curl", "DenyExec"],
    ["/usr/local/bin/node", "DenyExec"],
    ["/usr/bin/python3.12", "DenyExec"],
    ["/usr/bin/sudo", "DenyExec"],
    ["/usr/local/lib/node_modules/npm/bin/npm-cli.js", "DenyExec"],
    ["/usr/lib/node_modules/pnpm/bin/pnpm.cjs", "DenyExec"],
    ["/usr/share/nodejs/npm/bin/npm", "DenyExec"],
    ["/opt/homebrew/Cellar/git/2.50.0/bin/git", "DenyExec"],
    ["/usr/lib/python3/dist-packages/pip/__main__.py", "DenyExec"],
    ["/usr/lib/apt/methods/http", "DenyExec"],
    ["/usr/local/go/bin/go", "DenyExec"],
    ["/opt/conda/bin/python3.11", "DenyExec"],
    ["/snap/node/current/bin/node", "DenyExec"],
    ["/usr/lib/git-core/git-remote-https", "DenyExec"],
    ["/etc/passwd", "DenyFile"],
    ["/etc/shadow", "DenyFile"],
    ["/etc//./resolv.conf", "DenyFile"],
    ["/etc/pam.d/sudo", "DenyFile"],
    ["/usr/lib/x86_64-linux-gnu/libssl.so.3", "DenyFile"],
    [import.meta.dirname, "DenyFile"],
  ])("%s", (target, kind) => {
    expect(result(target, "observed", { kind })).toBe("not-by-itself");
    expect(result(target, undefined, { kind })).toBe(target);
  });
});

describe("a program whose file is gone", () => {
  it.each(["/usr/bin/git (deleted)", "/memfd:x (deleted)", "/tmp/none (deleted)"])("is not denied: %s", (target) => {
    expect(result(target, "observed")).toBe("deleted-program");
    expect(result(target, undefined)).toBe("deleted-program");
  });

  it("is not taken for one whose name ends so", () => {
    const program = join(scratch(), "miner (deleted)");
    writeFileSync(program, "");
    expect(result(program, "observed")).toBe(program);
    expect(result("/tmp/none (deleted)", "observed", { kind: "DenyFile" })).toBe("/tmp/none (deleted)");
  });
});

describe("denied by itself", () => {
  it.each<[string, ActionKind]>([
    ["/tmp/git", "DenyExec"],
    ["/home/ann/bin/bash", "DenyExec"],
    ["/usr/bin/nc.openbsd", "DenyExec"],
    ["/opt/miner/xmrig", "DenyExec"],
    ["/home/ann/.ssh/id_rsa", "DenyFile"],
    ["/etc/kubernetes/admin.conf", "DenyFile"],
    ["169.254.169.254", "DenyEgress"],
    ["paste.example", "DenyEgress"],
  ])("%s", (target, kind) => {
    expect(result(target, "observed", { kind })).toBe(target);
  });
});

it("a target that a file cannot hold is invalid, whoever asks", () => {
  for (const from of [undefined, "observed"] as const) {
    expect(result("nc", from)).toBe("invalid-target");
    expect(result("127.0.0.1", from, { kind: "DenyEgress" })).toBe("invalid-target");
  }
});

it.each([
  ["digits", `/usr/lib/${"1".repeat(4000)}x`],
  ["letters", `/usr/lib/${"a".repeat(4000)}`],
  ["roots of processes", `${"/proc/self/root".repeat(260)}/home/x`],
])("a path of many %s is checked in little time", (_, target) => {
  const check = new TargetCheck();
  const begin = process.cpuUsage();
  for (let i = 0; i < 200; i++) check.check({ kind: "DenyFile", target }, "observed");
  expect(process.cpuUsage(begin).user).toBeLessThan(800_000);
});
