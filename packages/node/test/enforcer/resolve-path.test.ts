// Following links without touching file systems that may not answer.
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { type Mounts, parseMounts, resolvePath } from "../../src/enforcer/resolve-path.js";
import { TargetCheck } from "../../src/enforcer/target-check.js";
import { scratch } from "../support/scratch.js";

const fs = vi.hoisted(() => ({ touched: [] as string[] }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const noting =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      fs.touched.push(String(args[0]));
      return call(...args);
    };
  return { ...real, readlinkSync: noting(real.readlinkSync), lstatSync: noting(real.lstatSync) };
});

/** A folder with links, in which `far` is a remote file system. */
function tree() {
  const folder = realpathSync(scratch());
  mkdirSync(join(folder, "far"));
  mkdirSync(join(folder, "near"));
  writeFileSync(join(folder, "near", "file"), "");
  writeFileSync(join(folder, "far", "file"), "");
  symlinkSync("near/../near/file", join(folder, "link"));
  symlinkSync(join(folder, "far", "file"), join(folder, "away"));
  symlinkSync("loop", join(folder, "loop"));
  symlinkSync("gone/for", join(folder, "dangling"));
  const mounts: Mounts = new Map([
    ["/", "remote"],
    [join(folder, "far"), "remote"],
  ]);
  const at = (path: string): string => join(folder, path);
  fs.touched = [];
  return { folder, mounts: () => mounts, at, wasTouched: () => fs.touched.some((path) => path.startsWith(at("far"))) };
}

describe("a path", () => {
  it.each([
    ["of a file", "near/file", "near/file", "other"],
    ["of a folder", "near", "near", "folder"],
    ["of a link with `..`", "link", "near/file", "other"],
    ["of nothing, in a folder", "near/none", "near/none", "missing"],
    ["of a link to nothing", "dangling/ever", "gone/for/ever", "missing"],
  ])("%s is resolved", (_, path, expected, kind) => {
    const { at, mounts } = tree();
    expect(resolvePath(at(path), mounts)).toEqual({ path: at(expected), kind });
  });

  it("of links without end is missing", () => {
    const { at, mounts } = tree();
    expect(resolvePath(at("loop"), mounts)).toMatchObject({ kind: "missing" });
  });

  it.each([["far"], ["far/file"], ["away"], ["near/../far/file"]])(
    "to a remote file system is not followed: %s",
    (path) => {
      const { folder, mounts, wasTouched } = tree();
      expect(resolvePath(`${folder}/${path}`, mounts)).toBe("unresolved");
      expect(wasTouched()).toBe(false);
    },
  );

  it("of thousands of parts takes a bounded number of calls", () => {
    const { folder, mounts } = tree();
    expect(resolvePath(`${folder}${"/near/..".repeat(400)}`, mounts)).toBe("unresolved");
    expect(fs.touched.length).toBeLessThan(600);
  });
});

it("the table of mounts names remote file systems, by their kind", () => {
  const line = (folder: string, type: string): string => `36 25 0:32 / ${folder} rw shared:1 - ${type} source rw\n`;
  const text = ["/a\\040b nfs4", "/c ext4", "/d fuse.sshfs", "/e fuseblk", "/f overlay", "/f autofs", "/g tmpfs"]
    .map((entry) => line(...(entry.split(" ") as [string, string])))
    .join("");
  expect([...parseMounts(`${text}broken\n`)]).toEqual([
    ["/a b", "remote"],
    ["/c", "local"],
    ["/d", "remote"],
    ["/e", "remote"],
    ["/f", "remote"],
    ["/g", "local"],
  ]);
});

describe("a target on a remote file system", () => {
  const check = (path: string, kind: "DenyExec" | "DenyFile", from?: "observed") => {
    const { at, mounts, wasTouched } = tree();
    const checked = new TargetCheck({ mounts, never: ["/srv/far/*"] }).check({ kind, target: at(path) }, from);
    expect(wasTouched()).toBe(false);
    return "refused" in checked ? checked.refused : checked.line === at(path);
  };

  it("is not denied if it could be a link", () => {
    expect(check("far/file", "DenyFile")).toBe("unresolved-path");
    expect(check("away", "DenyFile", "observed")).toBe("unresolved-path");
    expect(check("far/file", "DenyExec")).toBe("unresolved-path");
  });

  it("is denied if the kernel reported the program", () => {
    expect(check("far/file", "DenyExec", "observed")).toBe(true);
  });
});
