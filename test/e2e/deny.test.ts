// `deny` on the deny-files of a policy, alone and beside a running daemon.
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Ended, run, scratch, start } from "./command.js";
import { attack, audits, lines } from "./events.js";

function setUp() {
  const cwd = scratch();
  const policy = 'deny { egress = "e.txt"  file = "f.txt"  exec = "x.txt"  never = ["/srv/app/*", "*.corp.example"] }';
  writeFileSync(join(cwd, "p.acl"), policy);
  const deny = (...args: string[]): Promise<Ended> =>
    run(["deny", ...args], "", { cwd, env: { A3S_SENTRY_CONFIG: "p.acl" } });
  return { cwd, deny, text: (name: string) => readFileSync(join(cwd, name), "utf8") };
}

const json = async (ended: Promise<Ended>): Promise<unknown> => JSON.parse((await ended).stdout);

it("adds, lists, explains, expires and removes targets", async () => {
  const { cwd, deny, text } = setUp();
  writeFileSync(join(cwd, "x.txt"), "/opt/old");
  expect(await deny("add", "--kind", "exec", "--for", "1s", "--reason", "mines", "/opt/miner")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^denied: \/opt\/miner until 20\d\d-.*Z in x\.txt\n$/),
  });
  await deny("add", "evil.example", "203.0.113.7");
  expect([text("x.txt"), text("e.txt")]).toEqual(["/opt/old\n/opt/miner\n", "evil.example\n203.0.113.7\n"]);
  expect(await json(deny("list", "--json", "--kind", "exec"))).toEqual([
    { kind: "exec", target: "/opt/old", file: "x.txt" },
    expect.objectContaining({
      target: "/opt/miner",
      reason: "mines",
      by: expect.any(String),
      expires: expect.any(String),
    }),
  ]);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect((await deny("why", "/opt/miner")).stdout).toMatch(
    /denied by x\.txt \(exec\)\n {2}added by .*, expired .*: mines\n/,
  );
  expect((await deny("expire")).stdout).toBe("removed: /opt/miner from x.txt\n");
  expect(await deny("remove", "evil.example", "/opt/none")).toMatchObject({
    code: 1,
    stdout: "removed: evil.example from e.txt\n",
    stderr: expect.stringContaining("`/opt/none` is not denied: it is not in `e.txt`, `f.txt`, `x.txt`\n"),
  });
  expect([text("x.txt"), text("e.txt")]).toEqual(["/opt/old\n", "203.0.113.7\n"]);
  expect(await deny("why", "evil.example")).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("is not denied"),
  });
});

it("adding again never shortens", async () => {
  const { cwd, deny, text } = setUp();
  writeFileSync(join(cwd, "x.txt"), "/opt/by-sentry\n");
  const ends = () =>
    JSON.parse(text("x.txt.notes.json")).notes.map(({ target, expires }: Record<string, string>) => [target, expires]);
  expect((await deny("add", "--kind", "exec", "--for", "1s", "/opt/by-sentry", "/opt/mine")).stdout).toMatch(
    /^already denied: \/opt\/by-sentry in x\.txt\ndenied: \/opt\/mine until .* in x\.txt\n$/,
  );
  const [[, first]] = ends();
  await deny("add", "--kind", "exec", "--for", "1h", "/opt/mine");
  const [[, later]] = ends();
  expect(later > first).toBe(true);
  await deny("add", "--kind", "exec", "--for", "1m", "/opt/mine");
  expect(ends()).toEqual([["/opt/mine", later]]);
  await deny("add", "--kind", "exec", "/opt/mine");
  expect(ends()).toEqual([["/opt/mine", undefined]]);
});

describe("refuses", () => {
  it.each([
    ["exec", "/opt/../x", "`..` in the path"],
    ["exec", "/opt/*", "a deny-file has no wildcards"],
    ["exec", "/opt/a\nb", "without line breaks and NUL\n  |\n  | /opt/a\\u{a}b\n  |       ^^^^^\n"],
    ["exec", "opt/x", "not absolute"],
    ["exec", "/", "never denied"],
    ["exec", "/srv/app/server", "never denied"],
    ["exec", `/${"a".repeat(5000)}`, "at most 4095 bytes"],
    ["exec", " /opt/x", "a blank before"],
    ["egress", "*.example", "no wildcards"],
    ["egress", "127.0.0.1", "not an IPv4 address or a host name"],
    ["egress", "x.corp.example", "never denied"],
    ["egress", "", "empty"],
  ])("%s %j", async (kind, target, why) => {
    const { cwd, deny } = setUp();
    const { code, stderr } = await deny("add", "--kind", kind, "--", target);
    expect([code, readdirSync(cwd)]).toEqual([2, ["p.acl"]]);
    expect(stderr).toContain(why);
  });

  it("all targets if one is invalid", async () => {
    const { cwd, deny } = setUp();
    expect((await deny("add", "--kind", "exec", "/opt/fine", "/opt/../x")).code).toBe(2);
    expect(readdirSync(cwd)).toEqual(["p.acl"]);
  });

  it("notes that are not JSON, and a policy without deny-files", async () => {
    const { cwd, deny } = setUp();
    writeFileSync(join(cwd, "x.txt"), "/opt/x\n");
    writeFileSync(join(cwd, "x.txt.notes.json"), "{");
    expect(await deny("remove", "/opt/x")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("it is not JSON"),
    });
    writeFileSync(join(cwd, "p.acl"), "");
    expect(await deny("list")).toMatchObject({ code: 2, stderr: expect.stringContaining("has no deny-file") });
  });
});

it("`why` finds the first block in audit lines", async () => {
  const { cwd, deny } = setUp();
  const policy =
    'rule "nc" { on = "ToolExec" match = "nc" verdict = "block" severity = "high" reason = "r" action = "deny-exec" }';
  writeFileSync(join(cwd, "p.acl"), `deny { exec = "x.txt" }\n${policy}`);
  const event = `{"identity":{"agent":"py"},"event":{"ToolExec":{"pid":1,"argv":["/opt/nc","-l"]}}}\n`;
  const { stdout } = await run(["run", "--config", "p.acl"], event + event, { cwd });
  writeFileSync(join(cwd, "none.ndjson"), "");
  writeFileSync(join(cwd, "audit.ndjson"), `noise\n${stdout}`);
  const { stdout: shown, code } = await deny("why", "--audit", "none.ndjson", "--audit", "audit.ndjson", "/opt/nc");
  // When it was, differs.
  expect([code, shown.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "TIME")]).toEqual([
    0,
    "/opt/nc is denied by x.txt (exec)\n  added last by sentry TIME: rule `nc`: nc: r\n" +
      "  blocked 2 times, first in audit.ndjson:2, agent py\n    rule `nc`: nc: r\n    ToolExec: /opt/nc -l\n    written to x.txt\n",
  ]);
});

describe("beside a daemon", () => {
  it("a removed target is written again with its next block", async () => {
    const { cwd, deny, text } = setUp();
    const running = start(["run", "--config", "p.acl"], { cwd });
    const block = async (count: number): Promise<void> => {
      running.child.stdin.write(attack());
      await running.until(({ stdout }) => stdout.split("\n").length > count);
    };
    await block(1);
    await deny("remove", "/opt/bin/curl");
    expect(text("x.txt")).toBe("");
    await block(2);
    expect(text("x.txt")).toBe("/opt/bin/curl\n");
  });

  it("loses no line while removals are killed", async () => {
    const { cwd, deny, text } = setUp();
    const path = join(cwd, "x.txt");
    writeFileSync(path, Array.from({ length: 20_000 }, (_, i) => `/old/${i}\n`).join(""));
    chmodSync(path, 0o640);
    const running = start(["run", "--config", "p.acl"], { cwd });
    let next = 0;
    const feed = setInterval(() => running.child.stdin.write(attack(`/new/${next++}`)), 1);
    for (let i = 0; i < 4; i++) {
      const removal = start(["deny", "remove", `/old/${i}`], { cwd, env: { A3S_SENTRY_CONFIG: "p.acl" } });
      await removal.until(() => existsSync(`${path}.next`)).catch(() => {});
      removal.child.kill("SIGKILL");
      await removal.ended;
    }
    clearInterval(feed);
    running.child.stdin.end();
    const { stdout } = await running.ended;
    await deny("remove", "/old/0", "/old/1", "/old/2", "/old/3");
    const written = new Set(lines(text("x.txt")));
    const denied = audits(stdout).flatMap(({ enforced, decision }) =>
      enforced ? [decision.action?.DenyExec ?? ""] : [],
    );
    expect(denied).toHaveLength(next);
    expect(denied.filter((target) => !written.has(target))).toEqual([]);
    expect(written.size).toBe(20_000 - 4 + next);
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(readdirSync(cwd).sort()).toEqual(["p.acl", "x.txt", "x.txt.lock", "x.txt.reasons.ndjson"]);
  });
});
