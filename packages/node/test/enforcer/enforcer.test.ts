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
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { EnforceError } from "../../src/enforcer/enforce-error.js";
import { Enforcer, type EnforcerOptions } from "../../src/enforcer/enforcer.js";
import { LineIndex } from "../../src/enforcer/line-index.js";
import { scratch } from "../support/scratch.js";

function decision(target: string, kind: ActionKind = "DenyExec", verdict: Verdict = "block"): Decision {
  return { verdict, tier: "Rules", severity: "high", reason: "r", evidence: "complete", action: { kind, target } };
}

/** An enforcer whose exec sink is `exec.txt` in a new folder. */
function setUp(options?: EnforcerOptions) {
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

  it("a file with a second name is refused, until that is gone", () => {
    const { folder, path, block, text } = setUp();
    writeFileSync(join(folder, "other"), "");
    linkSync(join(folder, "other"), path);
    const error = failure(() => block("/bin/a"));
    expect(error.code).toBe("EMLINK");
    expect(error.message).toContain("another name (a hard link)");
    expect(readFileSync(join(folder, "other"), "utf8")).toBe("");
    rmSync(join(folder, "other"));
    block("/bin/a");
    expect(text()).toBe("/bin/a\n");
  });

  it("a file whose content changed under its old times is read again", async () => {
    const { path, block, text } = setUp();
    block("/opt/a");
    const { atime, mtime } = statSync(path);
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(path, "/opt/z\n");
    utimesSync(path, atime, mtime);
    block("/opt/a");
    expect(text()).toBe("/opt/z\n/opt/a\n");
  });
});

describe("a full file", () => {
  it("takes no further target, says so each time, and still knows its own", () => {
    const { enforcer, block, text } = setUp({ maxLines: 2 });
    block("/opt/a");
    block("/opt/b");
    const error = failure(() => block("/opt/c"));
    expect(error.code).toBe("FULL");
    expect(error.message).toBe(
      "cannot add to deny-file `exec.txt`: it has 2 lines, its limit: remove lines that are no longer needed, or set `deny.max_lines`",
    );
    expect(() => block("/opt/c")).toThrow(EnforceError);
    expect(enforcer.failures).toBe(2);
    expect([block("/opt/a"), block("/opt/b")]).toEqual(["exec.txt", "exec.txt"]);
    expect(text()).toBe("/opt/a\n/opt/b\n");
  });

  it("takes targets again after an operator has removed lines", () => {
    const { path, block, text } = setUp({ maxLines: 1 });
    block("/opt/a");
    expect(() => block("/opt/b")).toThrow(EnforceError);
    writeFileSync(path, "");
    block("/opt/b");
    expect(text()).toBe("/opt/b\n");
  });

  it("may be longer than its limit at the start: what it has is known, and nothing is added", () => {
    const { path, block } = setUp();
    const lines = Array.from({ length: 100_001 }, (_, i) => `/opt/${i}`);
    writeFileSync(path, `${lines.join("\n")}\n`);
    const { size } = statSync(path);
    expect([block("/opt/0"), block("/opt/100000")]).toEqual(["exec.txt", "exec.txt"]);
    expect(failure(() => block("/opt/new")).code).toBe("FULL");
    expect(statSync(path).size).toBe(size);
  });

  it("of four million lines costs under 5 ms for a target at its end", () => {
    const { path, block } = setUp();
    const block64k = Array.from({ length: 62_500 }, (_, i) => `/opt/program-${i}`);
    for (let i = 0; i < 64; i++) appendFileSync(path, block64k.map((line) => `${line}-${i}\n`).join(""));
    block("/opt/program-0-0");
    const times = Array.from({ length: 21 }, (_, i) => {
      const start = performance.now();
      expect(block(`/opt/program-${62_499 - i}-63`)).toBe("exec.txt");
      return performance.now() - start;
    });
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(5);
  });
});

describe("an enforcer in place of another", () => {
  it("does not read the file again, and keeps its own limit", () => {
    const { enforcer, path, block, text } = setUp();
    block("/bin/a");
    const read = vi.spyOn(LineIndex.prototype, "read");
    onTestFinished(() => read.mockRestore());
    const next = new Enforcer({ DenyExec: { path, label: "exec.txt" } }, { maxLines: 2 });
    next.continueFrom(enforcer);
    expect(next.enforce(decision("/bin/a"))).toBe("exec.txt");
    expect(next.enforce(decision("/bin/b"))).toBe("exec.txt");
    expect(block("/bin/b")).toBe("exec.txt");
    expect(failure(() => next.enforce(decision("/bin/c"))).code).toBe("FULL");
    expect(read).not.toHaveBeenCalled();
    appendFileSync(path, "/bin/d\n");
    expect(next.enforce(decision("/bin/d"))).toBe("exec.txt");
    expect(read).toHaveBeenCalledOnce();
    expect(text()).toBe("/bin/a\n/bin/b\n/bin/d\n");
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
