// The command `test`.
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAIN, Running, run, scratch } from "./command.js";

const RULES = `rule "no-netcat" {
  on = "ToolExec"
  match = "netcat"
  verdict = "block"
  severity = "low"
  reason = "netcat"
  action = "deny-exec"
}
`;
const GOOD = 'test "netcat" { command = "netcat -l", expect = "block", rule = "no-netcat", target = "netcat" }\n';
const WRONG = 'test "wrong" { command = "netcat -l", expect = "allow", rule = "", target = "" }\n';

/** A folder with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  const cwd = scratch();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

describe("test", () => {
  it("passes, and counts the rules that no test fires", async () => {
    const more = RULES.replace("no-netcat", "other").replace("netcat", "other");
    const cwd = folder({ "a.acl": RULES + more + GOOD, "a.more.test.acl": GOOD, "ab.test.acl": WRONG });
    expect(await run(["test", "a.acl"], "", { cwd })).toMatchObject({
      code: 0,
      stdout: "a.acl: 2 passed\n  50 % of 2 rules fired; not fired: other\n",
      stderr: "",
    });
    const { code, stdout } = await run(["test", "--min-coverage", "51", "a.acl"], "", { cwd });
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining("50 % of 2 rules fired, expected 51 %; not fired: other"),
    ]);
  });

  it("shows what happened instead", async () => {
    const cwd = folder({ "a.acl": RULES, "a.test.acl": GOOD + WRONG });
    const { code, stdout } = await run(["test", "a.test.acl", "a.acl"], "", { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain(
      "failed wrong\n  a.test.acl:2:6\n  expected allow, got block\n  expected no rule, got rule `no-netcat`\n" +
        "  expected no target, got target `netcat`\n\n    ToolExec  netcat -l\n",
    );
    expect(stdout).toContain("      => no-netcat (site, block)");
    expect(stdout).toContain("a.acl: 1 failed, 1 passed\n");
  });

  it("tests a TOML policy, and shows the place in it", async () => {
    const rule = 'name = "r"\non = "Dns"\nmatch = "x"\nverdict = "block"\nseverity = "low"\nreason = "r"\n';
    const tests = '[[tests]]\nname = "t"\nhost = "x.example"\nexpect = "allow"\n';
    const cwd = folder({ "a.toml": `[[rules]]\n${rule}\n${tests}` });
    const { code, stdout } = await run(["test", "a.toml"], "", { cwd });
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining("failed t\n  a.toml:10:8\n  expected allow, got block\n"),
    ]);
  });

  it("reads no variable and no key, and asks no tier", async () => {
    const settings =
      'llm { url = env("URL"), key = file("/no/such/key") }\nsae { dict = "/no/such/dict" }\n' +
      'agent { bin = "/no/such/bin" }\nredact { gitleaks = "/no/such/file" }\nspeculate = env("SEVERITY")\n';
    const cwd = folder({ "a.acl": settings + RULES + GOOD });
    expect(await run(["test", "a.acl"], "", { cwd, env: { URL: "x", SEVERITY: "x" } })).toMatchObject({ code: 0 });
    expect(await run(["check", "a.acl"], "", { cwd, env: { URL: "x", SEVERITY: "x" } })).toMatchObject({ code: 0 });
  });

  it.each([
    [
      "a test with a mistake",
      { "a.acl": RULES + GOOD.replace("expect", "expct") },
      "unknown setting `expct` in `test`",
    ],
    ["a policy with a mistake", { "a.acl": "fail_closd = true\n", "a.test.acl": GOOD }, "unknown setting `fail_closd`"],
    ["a file of tests with a rule", { "a.acl": RULES, "a.test.acl": RULES }, "a file of tests holds nothing else"],
    ["a file of tests with a syntax error", { "a.acl": RULES, "a.test.acl": "test {" }, "error[acl/unclosed]"],
    ["no tests", { "a.acl": RULES }, "`a.acl` has no tests, and none are in a file `*.test.acl` beside it"],
    ["no policy", {}, "cannot read the policy file `a.acl`: there is no such file"],
    [
      "an event that is none",
      { "a.acl": 'test "t" { event = { Egress = { peer = "x", port = 70000 } }, expect = "allow" }' },
      "not an event: ",
    ],
  ])("fails for %s", async (_, files, message) => {
    const { code, stdout } = await run(["test", "a.acl"], "", { cwd: folder(files) });
    expect([code, stdout]).toEqual([1, expect.stringContaining(message)]);
  });

  it("refuses wrong usage", async () => {
    const cwd = folder({ "b.test.acl": GOOD, "a.acl": RULES + GOOD });
    for (const [args, message] of [
      [["b.test.acl"], "no policy is beside `b.test.acl`: expected `b.acl` or `b.toml`"],
      [["--min-coverage", "101", "a.acl"], "expected a number from 0 to 100"],
      [["--format", "xml", "a.acl"], "Allowed choices are text, json, junit, sarif"],
      [["--watch", "--format", "json", "a.acl"], "`--watch` prints text"],
      [[], "missing required argument"],
    ] as const) {
      const { code, stderr } = await run(["test", ...args], "", { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it("prints JSON, JUnit and SARIF", async () => {
    const cwd = folder({ "a.acl": RULES + GOOD + WRONG.replace("wrong", "a < b\\u0007") });
    const ran = async (format: string) => (await run(["test", "--format", format, "a.acl"], "", { cwd })).stdout;
    expect(JSON.parse(await ran("json"))).toMatchObject({
      passed: false,
      policies: [{ file: "a.acl", tests: [{ outcome: "passed" }, { outcome: "failed", line: 10 }] }],
    });
    const junit = await ran("junit");
    expect(junit).toContain('<testsuite name="a.acl" tests="2" failures="1" errors="0" skipped="0">');
    expect(junit).toContain('name="a &lt; b\\u{7}"');
    expect(JSON.parse(await ran("sarif"))).toMatchObject({
      version: "2.1.0",
      runs: [
        { results: [{ ruleId: "test/failed", locations: [{ physicalLocation: { region: { startLine: 10 } } }] }] },
      ],
    });
  });

  it("with `--watch` runs again after a change, until a signal", async () => {
    const cwd = folder({ "a.acl": RULES + GOOD });
    const running = new Running(process.execPath, [MAIN, "test", "--watch", "a.acl"], { cwd });
    await running.until(({ stdout }) => stdout.includes("waiting for a change"));
    writeFileSync(join(cwd, "a.acl"), RULES + WRONG);
    await running.until(({ stdout }) => stdout.includes("1 failed"));
    running.child.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 0 });
  });
});

describe("include", () => {
  const [A, B] = ["one", "two"].map((name) => RULES.replace("no-netcat", name));

  it("splices files in where it stands, in bytewise order, with nested ones and tests", async () => {
    const cwd = folder({ "a.acl": `include { files = ["shared/*.acl"] }\n${RULES}` });
    mkdirSync(join(cwd, "shared"));
    writeFileSync(join(cwd, "shared/b.acl"), `${B}test "b" { command = "netcat", expect = "block", rule = "one" }\n`);
    writeFileSync(join(cwd, "shared/B.acl"), 'include { files = ["x.rules"] }');
    writeFileSync(
      join(cwd, "shared/x.rules"),
      `rules = [{ ${(A ?? "").replace(/^rule ("\w+") \{|\}$/gm, "")} name = "one" }]`,
    );
    expect(await run(["test", "a.acl"], "", { cwd })).toMatchObject({
      code: 0,
      stdout: "a.acl: 1 passed\n  33 % of 3 rules fired; not fired: two, no-netcat\n",
    });
  });

  it("shows a problem in the file that has it", async () => {
    const cwd = folder({ "a.acl": `# top\ninclude { files = ["b.acl"] }\n${RULES}`, "b.acl": `\n${RULES}fail = 1` });
    const first = await run(["check", "a.acl"], "", { cwd });
    expect(first.stdout).toContain("an included file holds rules, lists and tests, not `fail`\n  --> b.acl:10:1\n");
    writeFileSync(join(cwd, "b.acl"), `\n${RULES.replace('"low"', '"lo"')}`);
    const { stdout } = await run(["check", "--json", "a.acl"], "", { cwd });
    expect(JSON.parse(stdout)[0].diagnostics).toMatchObject([
      { code: "policy/unknown-word", file: "b.acl", span: { line: 6, column: 14 } },
    ]);
    writeFileSync(join(cwd, "b.acl"), `\n${RULES}`);
    const twice = await run(["check", "a.acl"], "", { cwd });
    expect(twice.stdout).toContain("warning[lint/duplicate-name]: two rules are named `no-netcat`\n --> a.acl:3:6\n");
    expect(twice.stdout).toContain("\n ::: b.acl:2:6: the other one");
  });

  it.each([
    ["nothing.acl", "no file matches `nothing.acl`"],
    ["no/*.acl", "no file matches `no/*.acl`"],
    ["../*.acl", "`../*.acl` leads out of the folder of the file that includes it"],
    ["/etc/hosts", "`/etc/hosts` leads out of the folder"],
    ["**/*.acl", "`**/*.acl` has `**`: name each folder"],
    ["link.acl", "`link.acl` is a link that leads out of the folder of the file that includes it"],
    ["linked/x.acl", "is a link that leads out of the folder"],
    ["open.acl", "other users may write to `open.acl`"],
    ["a.acl", "a file includes itself: `a.acl` → `a.acl`"],
    ["sub", "it is a directory"],
    ["deep0.acl", "files include each other more than 8 deep"],
  ])("refuses `%s`", async (pattern, message) => {
    const cwd = folder({ "a.acl": `include { files = ["${pattern}"] }`, "open.acl": RULES });
    const other = folder({ "x.acl": RULES });
    chmodSync(join(cwd, "open.acl"), 0o666);
    mkdirSync(join(cwd, "sub"));
    symlinkSync(join(other, "x.acl"), join(cwd, "link.acl"));
    symlinkSync(other, join(cwd, "linked"));
    for (let i = 0; i < 9; i++) writeFileSync(join(cwd, `deep${i}.acl`), `include { files = ["deep${i + 1}.acl"] }`);
    const { code, stdout } = await run(["check", "a.acl"], "", { cwd });
    expect([code, stdout]).toEqual([1, expect.stringContaining(message)]);
  });

  it("is reloaded when an included file changes, and when another one matches", async () => {
    const cwd = folder({ "a.acl": 'include { files = ["r-*.acl"] }', "r-1.acl": RULES });
    const running = new Running(process.execPath, [MAIN, "run", "--policy", "a.acl"], { cwd });
    await running.until(({ stderr }) => stderr.includes("rules 1 site"));
    writeFileSync(join(cwd, "r-1.acl"), RULES + (A ?? ""));
    await running.until(({ stderr }) => stderr.includes("rules 2 site"));
    writeFileSync(join(cwd, "r-2.acl"), B ?? "");
    await running.until(({ stderr }) => stderr.includes("rules 3 site"));
    running.child.stdin.end();
    expect(await running.ended).toMatchObject({ code: 0 });
  });
});
