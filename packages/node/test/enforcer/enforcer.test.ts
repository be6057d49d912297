// The enforcer on a real file system.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ActionKind, Decision, Verdict } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import { EnforceError } from "../../src/enforcer/enforce-error.js";
import { Enforcer } from "../../src/enforcer/enforcer.js";
import { scratch } from "../support/scratch.js";

function decision(target: string, kind: ActionKind = "DenyExec", verdict: Verdict = "block"): Decision {
  return { verdict, tier: "Rules", severity: "high", reason: "r", evidence: "complete", action: { kind, target } };
}

/** An enforcer whose exec sink is `exec.txt` in a new folder. */
function setUp(options?: { dryRun?: boolean }) {
  const folder = scratch();
  const path = join(folder, "exec.txt");
  const enforcer = new Enforcer({ DenyExec: { path, label: "exec.txt" } }, options);
  return {
    folder,
    path,
    enforcer,
    block: (target: string) => enforcer.enforce(decision(target)),
    text: () => readFileSync(path, "utf8"),
  };
}

/** Returns the `EnforceError` that `run` throws. */
function failure(run: () => unknown): EnforceError {
  try {
    run();
  } catch (error) {
    if (error instanceof EnforceError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("what is written", () => {
  it("appends one line per target, each once", () => {
    const { block, text } = setUp();
    expect([block("/bin/a"), block("/bin/b"), block("/bin/a")]).toEqual(["exec.txt", "exec.txt", "exec.txt"]);
    expect(text()).toBe("/bin/a\n/bin/b\n");
  });

  it("puts each kind into its own file", () => {
    const folder = scratch();
    const sink = (name: string) => ({ path: join(folder, name), label: name });
    const enforcer = new Enforcer({ DenyEgress: sink("e"), DenyFile: sink("f"), DenyExec: sink("x") });
    expect(enforcer.enforce(decision("evil.test", "DenyEgress"))).toBe("e");
    expect(enforcer.enforce(decision("/etc/shadow", "DenyFile"))).toBe("f");
    expect(enforcer.enforce(decision("/bin/nc", "DenyExec"))).toBe("x");
    expect(["e", "f", "x"].map((name) => readFileSync(join(folder, name), "utf8"))).toEqual([
      "evil.test\n",
      "/etc/shadow\n",
      "/bin/nc\n",
    ]);
  });

  it("lets two kinds share a file", () => {
    const path = join(scratch(), "all.txt");
    const enforcer = new Enforcer({ DenyFile: { path, label: "all" }, DenyExec: { path, label: "all" } });
    enforcer.enforce(decision("/x", "DenyFile"));
    enforcer.enforce(decision("/x", "DenyExec"));
    expect(readFileSync(path, "utf8")).toBe("/x\n");
  });

  it("starts a new line after a last line without newline", () => {
    const { path, block, text } = setUp();
    writeFileSync(path, "/bin/old");
    block("/bin/a");
    expect(text()).toBe("/bin/old\n/bin/a\n");
  });

  it("recognizes targets that the file already contains, also in a last line without newline", () => {
    const { path, block, text } = setUp();
    writeFileSync(path, "/bin/a\n/bin/b");
    expect([block("/bin/a"), block("/bin/b")]).toEqual(["exec.txt", "exec.txt"]);
    expect(text()).toBe("/bin/a\n/bin/b");
  });

  it("recognizes whole lines only", () => {
    const { path, block, text } = setUp();
    writeFileSync(path, "/bin/nc.old\n/usr/bin/nc\n# /bin/nc\n/bin/nc \n");
    block("/bin/nc");
    expect(text().endsWith("\n/bin/nc \n/bin/nc\n")).toBe(true);
  });

  it("writes UTF-8", () => {
    const { block, text } = setUp();
    block("/tmp/größe/文");
    block("/tmp/größe/文");
    expect(text()).toBe("/tmp/größe/文\n");
  });
});

describe("what is not written", () => {
  it.each<[string, Decision]>([
    ["an allow", decision("/bin/a", "DenyExec", "allow")],
    ["an escalation", decision("/bin/a", "DenyExec", "escalate")],
    ["a kind without a file", decision("/bin/a", "DenyFile")],
    ["a target that must not be denied", decision("bin/a")],
    [
      "a block without an action",
      { verdict: "block", tier: "Rules", severity: "high", reason: "", evidence: "complete" },
    ],
  ])("%s", (_, what) => {
    const { path, enforcer } = setUp();
    expect(enforcer.enforce(what)).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(enforcer.failures).toBe(0);
  });

  it("anything in a dry run, whether the file exists or not", () => {
    const { folder, path, block } = setUp({ dryRun: true });
    expect(block("/bin/a")).toBeNull();
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, "/bin/old");
    utimesSync(folder, 1, 1);
    expect(block("/bin/a")).toBeNull();
    expect(readFileSync(path, "utf8")).toBe("/bin/old");
    expect(statSync(folder).mtimeMs).toBe(1000);
  });
});

describe("an operator between two blocks", () => {
  it.each<[string, (path: string) => void, string]>([
    ["deletes the file", (path) => rmSync(path), "/bin/a\n"],
    ["truncates it", (path) => truncateSync(path), "/bin/a\n"],
    ["renames it", (path) => renameSync(path, `${path}.1`), "/bin/a\n"],
    ["removes the line", (path) => writeFileSync(path, "/bin/other\n"), "/bin/other\n/bin/a\n"],
    [
      "replaces it by rename",
      (path) => {
        writeFileSync(`${path}.new`, "/bin/new\n");
        renameSync(`${path}.new`, path);
      },
      "/bin/new\n/bin/a\n",
    ],
    [
      "writes another line of the same length",
      (path) => {
        writeFileSync(path, "/bin/z\n");
        utimesSync(path, 5, 5);
      },
      "/bin/z\n/bin/a\n",
    ],
    ["adds a line without newline", (path) => appendFileSync(path, "/bin/b"), "/bin/a\n/bin/b"],
  ])("%s", (_, change, expected) => {
    const { path, block, text } = setUp();
    block("/bin/a");
    change(path);
    expect(block("/bin/a")).toBe("exec.txt");
    expect(text()).toBe(expected);
  });

  it("adds a line without newline, and another target is blocked", () => {
    const { path, block, text } = setUp();
    block("/bin/a");
    appendFileSync(path, "/bin/b");
    block("/bin/c");
    expect(text()).toBe("/bin/a\n/bin/b\n/bin/c\n");
  });

  it("adds a line that is then blocked", () => {
    const { path, block, text } = setUp();
    block("/bin/a");
    appendFileSync(path, "/bin/b\n");
    block("/bin/b");
    expect(text()).toBe("/bin/a\n/bin/b\n");
  });
});

describe("faults", () => {
  it("a missing folder is an error, which is counted, and the next block tries again", () => {
    const { folder, enforcer, block, text } = setUp();
    rmdirSync(folder);
    const error = failure(() => block("/bin/a"));
    expect(error.message).toBe("cannot add to deny-file `exec.txt`: its folder does not exist");
    expect([error.code, error.file, error.target]).toEqual(["ENOENT", "exec.txt", "/bin/a"]);
    expect(() => block("/bin/a")).toThrow(EnforceError);
    expect(enforcer.failures).toBe(2);
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    expect(block("/bin/a")).toBe("exec.txt");
    expect(text()).toBe("/bin/a\n");
  });

  it.each<[string, (path: string, folder: string) => void, string, string]>([
    ["a directory", (path) => mkdirSync(path), "EISDIR", "it is a directory"],
    ["a FIFO", (path) => execFileSync("mkfifo", [path]), "ENOTREG", "it is not a regular file"],
    [
      "a symbolic link",
      (path, folder) => {
        writeFileSync(join(folder, "real"), "");
        symlinkSync("real", path);
      },
      "ELOOP",
      "it is a symbolic link, which is not followed: name the file itself",
    ],
    [
      "a symbolic link to nothing",
      (path) => symlinkSync("nowhere", path),
      "ELOOP",
      "it is a symbolic link, which is not followed: name the file itself",
    ],
  ])("%s in place of the file", (_, put, code, why) => {
    const { folder, path, block } = setUp();
    put(path, folder);
    const error = failure(() => block("/bin/a"));
    expect(error.code).toBe(code);
    expect(error.message).toBe(`cannot add to deny-file \`exec.txt\`: ${why}`);
    if (existsSync(join(folder, "real"))) expect(readFileSync(join(folder, "real"), "utf8")).toBe("");
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
  });

  it("a device is never written", () => {
    const enforcer = new Enforcer({ DenyExec: { path: "/dev/full", label: "/dev/full" } });
    expect(failure(() => enforcer.enforce(decision("/bin/a"))).code).toBe("ENOTREG");
  });

  it("a file in place of the folder", () => {
    const { folder } = setUp();
    writeFileSync(join(folder, "f"), "");
    const enforcer = new Enforcer({ DenyExec: { path: join(folder, "f/exec.txt"), label: "f/exec.txt" } });
    expect(failure(() => enforcer.enforce(decision("/bin/a"))).code).toBe("ENOTDIR");
  });

  it("a target is written again after a fault", () => {
    const { path, block, text } = setUp();
    block("/bin/a");
    rmSync(path);
    mkdirSync(path);
    expect(() => block("/bin/a")).toThrow(EnforceError);
    rmdirSync(path);
    block("/bin/a");
    expect(text()).toBe("/bin/a\n");
  });

  it("a hard link is written like any file", () => {
    const { folder, path, block } = setUp();
    writeFileSync(join(folder, "other"), "");
    linkSync(join(folder, "other"), path);
    block("/bin/a");
    expect(readFileSync(join(folder, "other"), "utf8")).toBe("/bin/a\n");
  });
});

describe("many targets", () => {
  it("each is written once, and old ones are still recognized", () => {
    const { enforcer, text } = setUp();
    const targets = Array.from({ length: 3000 }, (_, i) => `/bin/${"x".repeat(3000)}/${i}`);
    for (const target of targets) enforcer.enforce(decision(target));
    for (const target of targets.slice(0, 20)) enforcer.enforce(decision(target));
    expect(text()).toBe(`${targets.join("\n")}\n`);
  });
});
