// Nothing is left of an investigation, whatever its program does.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ALLOW, children, Lab } from "./lab.js";

const ALLOWED = { verdict: "allow", severity: "info", reason: "L3: fine" };

/** Ways to start a process that outlives its program. Each test then gives it a moment to start. */
const SURVIVORS = {
  "a child": "sleep $FOREVER &",
  "a grandchild": "(sleep $FOREVER; :) &",
  "an orphan": "(sleep $FOREVER &)",
  "a process that ignores signals": "(trap '' TERM INT HUP; sleep $FOREVER; :) &",
  "a session of its own": "setsid sleep $FOREVER &",
  "an orphan with a session of its own": "(setsid sleep $FOREVER &)",
  "a session of its own without environment": "env -i /usr/bin/setsid sleep $FOREVER &",
  "an orphan with a session, without environment": "(env -i /usr/bin/setsid sleep $FOREVER &)",
  "a child elsewhere, without environment": "cd /; env -i /bin/sleep $FOREVER &",
  "a session of its own elsewhere": "cd /; (setsid sleep $FOREVER </dev/null >/dev/null 2>&1 &)",
  "a process that only holds stdout": "(exec 2>&-; setsid sleep $FOREVER &)",
} as const;

/** With the cgroup that the machine may allow, and without it. */
const CONTAINMENTS = ["cgroup", "search"] as const;

describe.each(Object.entries(SURVIVORS))("%s", (_, start) => {
  it.each(CONTAINMENTS)("ends with an answer, found by %s", async (containment) => {
    const lab = new Lab();
    const program = lab.program(`${start}\n sleep 0.1; ${ALLOW}`);
    expect(await lab.ask(program, { containment })).toEqual(ALLOWED);
    expect(lab.left()).toEqual([]);
  });

  it.each(CONTAINMENTS)("ends at the timeout, found by %s", async (containment) => {
    const lab = new Lab();
    const program = lab.program(`${start}\n sleep $FOREVER`);
    await expect(lab.ask(program, { timeoutS: 0.4, containment })).rejects.toThrow("timed out after 0.4 s");
    expect(lab.left()).toEqual([]);
  });
});

describe("a program that answers and lingers", () => {
  it("is ended, and its answer counts", async () => {
    const lab = new Lab();
    expect(await lab.ask(lab.program(`${ALLOW}; sleep $FOREVER`), { timeoutS: 600 })).toEqual(ALLOWED);
    expect(lab.left()).toEqual([]);
  });

  it("is not ended while it writes", async () => {
    const lab = new Lab();
    const slow = `${ALLOW}; for each in 1 2 3; do sleep 0.7; echo $each; done`;
    await expect(lab.ask(lab.program(`${slow}; echo '{"verdict":"block"}'`))).resolves.toMatchObject({
      verdict: "block",
    });
  });

  it("is not ended by a pause if it streams, so a later block counts", async () => {
    const lab = new Lab();
    const block = `echo '{"verdict":"block","severity":"high","reason":"after all"}'`;
    for (const answer of [
      `echo starting; sleep 0.4; ${ALLOW}; sleep 2; ${block}`,
      `printf '%s' "$(${ALLOW})"; sleep 2; ${block}`,
    ]) {
      expect(await lab.ask(lab.program(answer))).toMatchObject({ verdict: "block" });
    }
  });

  it("is ended, if it has streamed, after a longer silence", async () => {
    const lab = new Lab();
    expect(await lab.ask(lab.program(`echo a; sleep 0.4; ${ALLOW}; sleep $FOREVER`), { timeoutS: 600 })).toEqual(
      ALLOWED,
    );
    expect(lab.left()).toEqual([]);
  });

  it("counts at the timeout too", async () => {
    const lab = new Lab();
    expect(await lab.ask(lab.program(`${ALLOW}; sleep $FOREVER`), { timeoutS: 0.4 })).toEqual(ALLOWED);
    expect(lab.left()).toEqual([]);
  });
});

it.each(CONTAINMENTS)(
  "a process that only its parent identifies ends while the parent lives, found by %s",
  async (containment) => {
    const lab = new Lab();
    const program = lab.program("cd /; env -i /usr/bin/setsid sleep $FOREVER &\n sleep $FOREVER");
    await expect(lab.ask(program, { timeoutS: 3, containment })).rejects.toThrow("timed out");
    expect(lab.left()).toEqual([]);
  },
);

it.each(CONTAINMENTS)("forks that outrun the search die with their group, found by %s", async (containment) => {
  const lab = new Lab();
  const fork = "spawn() { sleep $FOREVER & for each in 1 2 3 4; do :; done; }; while :; do spawn; sleep 0.01; done";
  await expect(lab.ask(lab.program(`(${fork}) & ${fork}`), { timeoutS: 1, containment })).rejects.toThrow("timed out");
  expect(lab.left()).toEqual([]);
});

it("a process that is too short-lived for a search dies with its group", async () => {
  const lab = new Lab();
  const hops = join(lab.folder, "hops");
  const hop = `perl -e 'open H, ">>${hops}"; for (1..20000) { syswrite H, "." if $_ % 100 == 1; exit if fork }' >/dev/null`;
  expect(
    await lab.ask(lab.program(`${hop}; until [ -s '${hops}' ]; do :; done; ${ALLOW}`), { containment: "search" }),
  ).toEqual(ALLOWED);
  const { size } = statSync(hops);
  await sleep(500);
  expect(statSync(hops).size).toBe(size);
});

it("a flood of output takes no memory", async () => {
  const lab = new Lab();
  const before = process.memoryUsage().rss;
  for (let run = 0; run < 5; run++) await expect(lab.ask(lab.program("cat /dev/zero"))).rejects.toThrow("1 MiB");
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});

it.each([
  ["killed", "SIGKILL"],
  ["stopped", "SIGSTOP"],
] as const)("an investigation survives a reaper that is %s", async (_, signal) => {
  const lab = new Lab();
  const asked = lab.ask(lab.program(`(setsid sleep $FOREVER &); sleep 1; ${ALLOW}`));
  await expect.poll(() => lab.left().length, { timeout: 20_000 }).toBe(2);
  const [reaper] = children().filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("reaper-process"));
  process.kill(Number(reaper), signal);
  expect(await asked).toEqual(ALLOWED);
  expect(lab.left()).toEqual([]);
  expect(await lab.ask(lab.program(ALLOW))).toEqual(ALLOWED);
});

it("200 investigations of every kind leave no process, no descriptor, no timer and no file", async () => {
  const lab = new Lab();
  const programs = [
    ...Object.values(SURVIVORS).map((start) => `${start}\n ${ALLOW}`),
    ...Object.values(SURVIVORS).map((start) => `${start}\n sleep $FOREVER`),
    `${ALLOW}; sleep $FOREVER`,
    "yes",
    "exec >&-; sleep $FOREVER",
    `printf '{"verdict":"al'`,
    "trap '' TERM; while :; do sleep $FOREVER; done",
    "kill -KILL $$",
  ].map((text, at) => lab.program(text, `program ${at}`));
  programs.push("nowhere", "./nowhere");
  await lab.ask(lab.program(ALLOW));
  const held = (): unknown => ({
    descriptors: readdirSync("/proc/self/fd").length,
    resources: process.getActiveResourcesInfo().sort(),
    children: children().length,
  });
  await expect.poll(() => process.getActiveResourcesInfo()).not.toContain("ProcessWrap");
  const before = held();
  let runs = 0;
  const worker = async (): Promise<void> => {
    while (runs < 200) {
      const bin = programs[runs++ % programs.length] ?? "";
      // Every seventh is aborted instead.
      const signal = runs % 7 === 0 ? AbortSignal.timeout(100) : new AbortController().signal;
      const containment = runs % 2 === 0 ? "cgroup" : "search";
      await lab.ask(bin, { timeoutS: 0.3, signal, containment }).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(lab.left()).toEqual([]);
  // Handles close in the loop's next turns.
  await expect.poll(held, { timeout: 10_000 }).toEqual(before);
}, 120_000);
