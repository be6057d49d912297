// Investigations in a cgroup of their own: nothing leaves it by forking, and it ends at once.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createCgroup,
  folderOf,
  hasLeft,
  ownCgroup,
  prepareMove,
  removeCgroup,
  startInside,
} from "../../dist/l3/cgroup.js";
import { killAll, killAndRemove } from "../../dist/l3/process-tree.js";
import { ALLOW, Lab } from "./lab.js";

const own = ownCgroup();

/** Whether this process may create a cgroup, and move processes there. */
async function isPossible(): Promise<boolean> {
  const folder = join(own ?? "/nowhere", `a3s-sentry-test-${process.pid}`);
  const possible =
    createCgroup(folder) &&
    (await prepareMove(own ?? "", process.pid).then(
      () => true,
      () => false,
    ));
  removeCgroup(folder);
  return possible;
}

const possible = await isPossible();
const ALLOWED = { verdict: "allow", severity: "info", reason: "L3: fine" };

describe("the folder of a cgroup", () => {
  const mount = (root: string, at: string, type = "cgroup2") =>
    `41 31 0:38 ${root} ${at} rw,relatime shared:9 - ${type} x rw`;

  it.each([
    [
      "in the whole tree",
      "0::/system.slice/s.service\n",
      mount("/", "/sys/fs/cgroup"),
      "/sys/fs/cgroup/system.slice/s.service",
    ],
    ["at the root", "12:pids:/x\n0::/\n", mount("/", "/sys/fs/cgroup/unified"), "/sys/fs/cgroup/unified/"],
    ["below the root of the mount", "0::/a/b\n", mount("/a", "/cg"), "/cg/b"],
    ["at the root of the mount", "0::/a\n", mount("/a", "/cg"), "/cg"],
    ["outside the mount", "0::/ab\n", mount("/a", "/cg"), undefined],
    ["at a path with a space", "0::/a\n", mount("/", "/c\\040g"), "/c g/a"],
    ["without a mount", "0::/a\n", mount("/", "/sys/fs/cgroup/pids", "cgroup"), undefined],
    ["without version 2", "4:memory:/a\n", mount("/", "/sys/fs/cgroup"), undefined],
  ])("%s", (_, cgroup, mountinfo, folder) => {
    expect(folderOf(cgroup, `30 1 8:1 / / rw - ext4 /dev/vda rw\n${mountinfo}\n`)).toBe(folder);
  });
});

describe.skipIf(!possible)("in a cgroup (which this machine must let the tests create)", () => {
  const own2 = own ?? "";

  function group(): string {
    const folder = join(own2, `a3s-sentry-test-${process.pid}-${Math.random()}`);
    expect(createCgroup(folder)).toBe(true);
    onTestFinished(() => removeCgroup(folder));
    return folder;
  }

  function asleep(env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn("sleep", ["600"], { env: { PATH: "/usr/bin:/bin", ...env }, detached: true, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  it("a process that leaves session, environment, folder and parent at once ends", async () => {
    const lab = new Lab();
    const leave = "(cd /; env -i /usr/bin/setsid /bin/sleep $FOREVER </dev/null >/dev/null 2>&1 &)";
    expect(await lab.ask(lab.program(`${leave}; sleep 0.3; ${ALLOW}`))).toEqual(ALLOWED);
    expect(lab.left()).toEqual([]);
    const waits = lab.program(`${leave}; sleep $FOREVER`);
    await expect(lab.ask(waits, { timeoutS: 0.6 })).rejects.toThrow("timed out");
    expect(lab.left()).toEqual([]);
  });

  it("a program runs, and its cgroup is removed with it, also those that it created", async () => {
    const lab = new Lab();
    const nested = `d=${own2}$(sed -n s/^0:://p /proc/self/cgroup); mkdir $d/inner; echo $d > '${lab.folder}/cgroup'`;
    await lab.ask(lab.program(`${nested}; ${ALLOW}`));
    const folder = lab.read("cgroup").trim();
    expect(folder).toMatch(/\/a3s-sentry-l3-\d+-[^/]+$/);
    expect(existsSync(folder)).toBe(false);
    expect(readFileSync("/proc/self/cgroup", "utf8")).not.toContain("a3s-sentry-l3");
  });

  it("a process ends without a search of all processes", async () => {
    const folder = group();
    await prepareMove(own2, process.pid);
    const { child, isInside } = startInside(folder, own2, () => asleep({ A3S_SENTRY_RUN: "l3-mark" }));
    const outside = asleep({ A3S_SENTRY_RUN: "l3-mark" });
    expect([isInside, hasLeft(child.pid ?? 0, folder), hasLeft(outside.pid ?? 0, folder)]).toEqual([true, false, true]);
    const ended = once(child, "exit");
    await killAll({ mark: "l3-mark", leader: child.pid ?? 0, cgroup: folder });
    await ended;
    expect(outside.exitCode ?? outside.signalCode).toBeNull();
    await killAll({ mark: "l3-mark" });
    await expect.poll(() => outside.signalCode).toBe("SIGKILL");
  });

  it("the end of the last investigation does not search all processes either", async () => {
    const lab = new Lab();
    const waits = `printf %s "$A3S_SENTRY_RUN" > '${lab.folder}/mark'; until [ -e '${lab.folder}/go' ]; do sleep 0.05; done`;
    const asked = lab.ask(lab.program(`${waits}; ${ALLOW}`));
    await expect
      .poll(() => existsSync(join(lab.folder, "mark")) && lab.read("mark"), { timeout: 20_000 })
      .toMatch(/^l3-/);
    const outside = asleep({ A3S_SENTRY_RUN: lab.read("mark") });
    writeFileSync(join(lab.folder, "go"), "");
    expect(await asked).toEqual(ALLOWED);
    expect(outside.signalCode).toBeNull();
  });

  it("a worker thread starts no program: threads move together", async () => {
    const module = JSON.stringify(new URL("../../dist/l3/cgroup.js", import.meta.url).href);
    const code = `import(${module}).then(({ ownCgroup }) => require("node:worker_threads").parentPort.postMessage(typeof ownCgroup()))`;
    const [found] = await once(new Worker(code, { eval: true }), "message");
    expect([typeof ownCgroup(), found]).toEqual(["string", "undefined"]);
  });

  it("a process that has been moved out is searched for", async () => {
    const folder = group();
    const leader = asleep({ A3S_SENTRY_RUN: "l3-moved" });
    const other = asleep({ A3S_SENTRY_RUN: "l3-moved" });
    await sleep(100);
    await killAll({ mark: "l3-moved", leader: leader.pid ?? 0, cgroup: folder });
    await expect.poll(() => [leader.signalCode, other.signalCode]).toEqual(["SIGKILL", "SIGKILL"]);
  });

  it("a process that cannot be moved is started all the same, outside", async () => {
    const { child, isInside } = startInside(join(own2, "no-such-cgroup"), own2, () => asleep());
    expect([isInside, typeof child.pid]).toEqual([false, "number"]);
    expect(readdirSync(own2)).not.toContain("no-such-cgroup");
  });

  it("an exception while a process is started leaves this one where it was", async () => {
    const folder = group();
    const fail = (): never => {
      throw new Error("no");
    };
    expect(() => startInside(folder, own2, fail)).toThrow("no");
    expect(readFileSync(join(folder, "cgroup.procs"), "utf8")).toBe("");
  });

  it("removal of an investigation ends with its cgroup's processes", async () => {
    const folder = group();
    const lab = new Lab();
    mkdirSync(join(lab.temp, "run"));
    const { child } = startInside(folder, own2, () => asleep());
    await killAndRemove(
      { mark: "l3-x", leader: child.pid ?? 0, cgroup: folder },
      { folder: join(lab.temp, "run"), cgroup: folder, owner: undefined },
    );
    expect([existsSync(folder), lab.left()]).toEqual([false, []]);
  });
});
