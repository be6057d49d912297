// Which sources are paths, and which files are refused.
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PolicyError } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSource } from "../../src/policy/open-source.js";
import { scratch } from "../support/scratch.js";

describe("a path", () => {
  it.each([
    ["p.acl", "acl"],
    ["p.toml", "toml"],
    ["P.TOML", "toml"],
    ["p", "acl"],
    ["a=b{c.acl", "acl"],
    ["with blank.acl", "acl"],
  ])("%j of a file is read", (name, format) => {
    const folder = scratch();
    const path = join(folder, name);
    writeFileSync(path, "# größe\n");
    expect(openSource(path)).toEqual({ source: "# größe\n", folder, name: path, format });
  });

  it("may go through a symbolic link", () => {
    const folder = scratch();
    writeFileSync(join(folder, "real.acl"), "x");
    symlinkSync("real.acl", join(folder, "p.acl"));
    expect(openSource(join(folder, "p.acl")).source).toBe("x");
  });

  it("of a file of exactly 1 MiB is read", () => {
    const path = join(scratch(), "p.acl");
    writeFileSync(path, "#".repeat(1024 * 1024));
    expect(openSource(path).source).toHaveLength(1024 * 1024);
  });
});

it("a file that claims to be empty is read to its end", () => {
  // Part of a file must not pass for the policy, even if its reported size is wrong.
  expect(openSource("/proc/self/status").source).toMatch(/^Name:.*nonvoluntary_ctxt_switches:\t\d+\n$/s);
});

describe("a text", () => {
  it.each([
    [""],
    ["  \n"],
    ["a = 1"],
    ["deny { }"],
    ["# a\n# b"],
    [`rules = [] # ${"x".repeat(5000)}`],
    [`rules = [] # ${"x/".repeat(500)}`],
    ["a = \0"],
  ])("%j is one", (text) => {
    expect(openSource(text)).toEqual({ source: text, folder: "" });
  });

  it("is one even if the working directory contains a file of that name", () => {
    const folder = scratch();
    const before = process.cwd();
    process.chdir(folder);
    onTestFinished(() => process.chdir(before));
    writeFileSync("fail_closed = true", 'rule "all" { on = "*" match = "" }');
    expect(openSource("fail_closed = true")).toEqual({ source: "fail_closed = true", folder: "" });
  });

  it("so is an object", () => {
    const object = { fail_closed: true };
    expect(openSource(object)).toEqual({ source: object, folder: "" });
  });
});

describe("refused", () => {
  it.each<[string, (path: string) => void, string]>([
    ["no file", () => {}, "there is no such file"],
    ["a directory", (path) => mkdirSync(path), "it is a directory"],
    ["a FIFO without a writer", (path) => execFileSync("mkfifo", [path]), "it is not a regular file"],
    ["a link to itself", (path) => symlinkSync(path, path), "its path goes through too many symbolic links"],
    ["bytes that are not UTF-8", (path) => writeFileSync(path, Uint8Array.of(0x61, 0xff)), "it is not UTF-8 text"],
    ["1 MiB and a byte", (path) => writeFileSync(path, "#".repeat(1024 * 1024 + 1)), "it is larger than 1048576 bytes"],
    [
      "a hole of a terabyte",
      (path) => {
        writeFileSync(path, "");
        truncateSync(path, 2 ** 40);
      },
      "it is larger than 1048576 bytes",
    ],
  ])("%s", (_, put, why) => {
    const path = join(scratch(), "p.acl");
    put(path);
    expect(refusal(path)).toEqual([
      "file/unreadable",
      `cannot read the policy file \`${path}\`: ${why}`,
      `error[file/unreadable]: cannot read the policy file \`${path}\`: ${why}`,
    ]);
  });

  it("a device", () => {
    expect(refusal("/dev/zero")[1]).toBe("cannot read the policy file `/dev/zero`: it is not a regular file");
  });

  it("a path through a file", () => {
    const file = join(scratch(), "f");
    writeFileSync(file, "");
    expect(refusal(join(file, "p.acl"))[1]).toMatch(/: part of its path is not a directory$/);
  });
});

/** Returns code, message and frame of the only diagnostic. */
function refusal(path: string): string[] {
  try {
    openSource(path);
  } catch (error) {
    if (error instanceof PolicyError)
      return error.diagnostics.flatMap(({ code, message, frame }) => [code, message, frame]);
    throw error;
  }
  throw new Error("no error was thrown");
}
