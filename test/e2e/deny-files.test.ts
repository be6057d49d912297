// Deny-files that the command writes: several writers, faults, a kill.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bash, run, scratch, start } from "./command.js";
import { attack, audits, lines, totals } from "./events.js";

describe("several writers", () => {
  it("two runs on one file never mix lines", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "x.txt"), "/bin/already-there");
    const targets = (from: number) => Array.from({ length: 1500 }, (_, i) => `/opt/${"d".repeat(50)}/${from + i}`);
    const [a, b] = [targets(0), targets(1000)];
    const both = [a, b].map((list) =>
      run(["run", "--exec-deny", "x.txt"], list.map((path) => attack(path)).join(""), { cwd }),
    );
    for (const { code, stdout } of await Promise.all(both)) {
      expect(code).toBe(0);
      expect(new Set(audits(stdout).map(({ enforced }) => enforced))).toEqual(new Set(["x.txt"]));
    }
    const written = lines(readFileSync(join(cwd, "x.txt"), "utf8"));
    expect(new Set(written.filter((line) => line !== ""))).toEqual(
      new Set(["/bin/already-there", ...[...a, ...b].map((folder) => `${folder}/curl`)]),
    );
  });

  it("a killed run leaves whole lines", async () => {
    const cwd = scratch();
    const path = join(cwd, "x.txt");
    const running = start(["run", "--exec-deny", "x.txt"], { cwd });
    let next = 0;
    const feed = (): void => {
      for (let more = true; more && !running.child.stdin.destroyed; next++)
        more = running.child.stdin.write(attack(`/bin/${next}`));
    };
    running.child.stdin.on("drain", feed);
    feed();
    await running.until(() => existsSync(path) && readFileSync(path).length > 20_000);
    running.child.kill("SIGKILL");
    expect((await running.ended).signal).toBe("SIGKILL");
    const written = lines(readFileSync(path, "utf8"));
    expect(written).toEqual(written.map((_, i) => `/bin/${i}/curl`));
  });
});

it("a policy that changes to a dry run and back stops denying and starts it again", async () => {
  const cwd = scratch();
  const put = (dryRun: boolean): void =>
    writeFileSync(join(cwd, "p.acl"), `deny { exec = "x.txt" } dry_run = ${dryRun}`);
  put(true);
  const running = start(["run", "--config", "p.acl"], { cwd });
  await running.until(({ stderr }) => stderr.includes("dry run on"));
  for (const [dryRun, path] of [
    [false, "/a"],
    [true, "/b"],
    [false, "/c"],
  ] as const) {
    const start = running.stderr.length;
    put(dryRun);
    await running.until(({ stderr }) => stderr.slice(start).includes(`dry run ${dryRun ? "on" : "off"}`));
    running.child.stdin.write(attack(path));
    await running.until(({ stdout }) => stdout.includes(`"${path}/curl"`));
  }
  running.child.stdin.end();
  expect((await running.ended).code).toBe(0);
  expect(readFileSync(join(cwd, "x.txt"), "utf8")).toBe("/a/curl\n/c/curl\n");
});

it("a file that an operator edits, truncates, renames or deletes gets the target again with its next block", async () => {
  const cwd = scratch();
  const path = join(cwd, "x.txt");
  writeFileSync(path, "/bin/old\n");
  const running = start(["run", "--exec-deny", "x.txt"], { cwd });
  let count = 0;
  const blocked = async (): Promise<string> => {
    count += 1;
    running.child.stdin.write(attack());
    await running.until(({ stdout }) => stdout.split("\n").length > count);
    return readFileSync(path, "utf8");
  };
  expect([await blocked(), await blocked()]).toEqual(Array(2).fill("/bin/old\n/opt/bin/curl\n"));
  for (const [change, expected] of [
    [() => writeFileSync(path, "/bin/mine\n"), "/bin/mine\n/opt/bin/curl\n"],
    [() => truncateSync(path), "/opt/bin/curl\n"],
    [() => renameSync(path, `${path}.1`), "/opt/bin/curl\n"],
    [() => rmSync(path), "/opt/bin/curl\n"],
  ] as const) {
    change();
    expect(await blocked()).toBe(expected);
    expect(await blocked()).toBe(expected);
  }
  running.child.stdin.end();
  const { stdout, code } = await running.ended;
  expect([code, new Set(audits(stdout).map(({ enforced }) => enforced))]).toEqual([0, new Set(["x.txt"])]);
});

describe("faults", () => {
  it("a missing folder is reported in the audit, once on stderr, and in the totals, until it exists", async () => {
    const cwd = scratch();
    const running = start(["run", "--exec-deny", "no/x.txt"], { cwd });
    running.child.stdin.write(attack() + attack());
    await running.until(({ stdout }) => stdout.split("\n").length === 3);
    mkdirSync(join(cwd, "no"));
    running.child.stdin.end(attack());
    const { code, stdout, stderr } = await running.ended;
    const why = "cannot add to deny-file `no/x.txt`: its folder does not exist";
    expect(audits(stdout).map(({ enforced, enforce_error }) => enforced ?? enforce_error)).toEqual([
      why,
      why,
      "no/x.txt",
    ]);
    expect(stderr.split(`error: ${why}\n`)).toHaveLength(2);
    expect(totals(stderr)).toContain("3 blocked, 1 in deny-files, 2 NOT WRITTEN to deny-files");
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, "no/x.txt"), "utf8")).toBe("/opt/bin/curl\n");
  });

  it("a full file is reported in the audit, once on stderr, and in a metric, and keeps its targets", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "p.acl"), 'deny { exec = "x.txt" max_lines = 2 }\n');
    const input = ["/a", "/b", "/c", "/d", "/a"].map((path) => attack(path)).join("");
    const { code, stdout, stderr } = await run(["run", "--config", "p.acl"], input, { cwd });
    const why =
      "cannot add to deny-file `x.txt`: it has 2 lines, its limit: remove lines that are no longer needed, or set `deny.max_lines`";
    const results = audits(stdout).map(({ enforced, enforce_error }) => enforced ?? enforce_error);
    expect(results).toEqual(["x.txt", "x.txt", why, why, "x.txt"]);
    expect(stderr.split(`error: ${why}\n`)).toHaveLength(2);
    expect(totals(stderr)).toContain("3 in deny-files, 2 NOT WRITTEN to deny-files");
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, "x.txt"), "utf8")).toBe("/a/curl\n/b/curl\n");
  });

  it("a FIFO in place of the file does not block", async () => {
    const cwd = scratch();
    execFileSync("mkfifo", [join(cwd, "x.txt")]);
    const { stdout } = await run(["run", "--exec-deny", "x.txt"], attack(), { cwd });
    expect(audits(stdout)[0]?.enforce_error).toBe("cannot add to deny-file `x.txt`: it is not a regular file");
  });

  it("a directory in place of the file", async () => {
    const cwd = scratch();
    mkdirSync(join(cwd, "x.txt"));
    const { stdout } = await run(["run", "--exec-deny", "x.txt"], attack(), { cwd });
    expect(audits(stdout)[0]?.enforce_error).toBe("cannot add to deny-file `x.txt`: it is a directory");
    rmdirSync(join(cwd, "x.txt"));
  });

  it("a line that does not fit on the disk leaves no part of itself", async () => {
    const cwd = scratch();
    // The file is limited to 1 KiB, so only part of the last line fits.
    const old = "/bin/old\n".repeat(112);
    writeFileSync(join(cwd, "x.txt"), old);
    writeFileSync(join(cwd, "in"), attack("/usr/local/libexec") + attack("/b"));
    const { code, stdout } = await bash('trap "" XFSZ; ulimit -f 1; exec $SENTRY run --exec-deny x.txt <in', { cwd });
    expect(code).toBe(0);
    expect(audits(stdout).map(({ enforced, enforce_error }) => enforced ?? enforce_error)).toEqual([
      "cannot add to deny-file `x.txt`: the disk is full",
      "x.txt",
    ]);
    expect(readFileSync(join(cwd, "x.txt"), "utf8")).toBe(`${old}/b/curl\n`);
  });

  it.skipIf(process.getuid?.() === 0)("no permission to write it", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "x.txt"), "");
    chmodSync(join(cwd, "x.txt"), 0o444);
    const { stdout } = await run(["run", "--exec-deny", "x.txt"], attack(), { cwd });
    expect(audits(stdout)[0]?.enforce_error).toBe("cannot add to deny-file `x.txt`: no permission to write it");
  });

  it.skipIf(process.getuid?.() !== 0)("no permission to write it, as another user than root", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "x.txt"), "");
    chmodSync(join(cwd, "x.txt"), 0o644);
    const { stdout } = await run(["run", "--exec-deny", "x.txt"], attack(), { cwd, uid: 65534 });
    expect(audits(stdout)[0]?.enforce_error).toBe("cannot add to deny-file `x.txt`: no permission to write it");
  });
});
