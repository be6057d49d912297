// The command `diff`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bash, run, scratch } from "./command.js";

const rule = (name: string, match: string, verdict: string): string =>
  `rule "${name}" { on = "Dns", match = "${match}", verdict = "${verdict}", severity = "low", reason = "r" }\n`;
const dns = (query: string): string => `{"identity":{"agent":"a"},"event":{"Dns":{"pid":1,"query":"${query}"}}}\n`;

const OLD = rule("kept", "kept", "block") + rule("gone", "gone", "block") + rule("was", "renamed", "escalate");
const NEW = rule("kept", "kept", "block") + rule("is", "renamed", "escalate") + rule("new", "new", "block");
const EVENTS =
  dns("kept.x") + dns("gone.x") + dns("new.x") + dns("new.y") + dns("renamed.x") + dns("plain.x") + dns("");

function folder(): string {
  const cwd = scratch();
  writeFileSync(join(cwd, "old.acl"), OLD);
  writeFileSync(join(cwd, "new.acl"), NEW);
  writeFileSync(join(cwd, "events.ndjson"), EVENTS);
  return cwd;
}

describe("diff", () => {
  it("groups what is decided differently by rule and direction", async () => {
    expect(await run(["diff", "old.acl", "new.acl", "events.ndjson"], "", { cwd: folder() })).toMatchObject({
      code: 0,
      stdout: `weaker           1  block (low) by gone → allow (info) by no rule
    line 2: "agent":"a","event":"Dns","subject":"gone.x"
stricter         2  allow (info) by no rule → block (low) by new
    line 3: "agent":"a","event":"Dns","subject":"new.x"
    line 4: "agent":"a","event":"Dns","subject":"new.y"
other            1  escalate (low) by was → escalate (low) by is
    line 5: "agent":"a","event":"Dns","subject":"renamed.x"
6 events: 4 decided differently (1 weaker, 2 stricter, 1 other)
`,
      stderr: "",
    });
  });

  it("reads stdin, several files, and a last line without a line break", async () => {
    const cwd = folder();
    expect((await run(["diff", "old.acl", "old.acl"], EVENTS.trim(), { cwd })).stdout).toBe(
      "6 events: none decided differently\n",
    );
    writeFileSync(join(cwd, "cut.ndjson"), dns("gone.x").trim());
    const { stdout } = await run(["diff", "old.acl", "new.acl", "cut.ndjson", "cut.ndjson"], "", { cwd });
    expect(stdout).toContain('    line 2: "agent":"a","event":"Dns","subject":"gone.x"\n2 events: 2 decided');
  });

  it("exits with 1 where a flag asks for it", async () => {
    const cwd = folder();
    const code = async (...args: string[]) => (await run(["diff", ...args, "events.ndjson"], "", { cwd })).code;
    expect(await code("--fail-on-change", "old.acl", "new.acl")).toBe(1);
    expect(await code("--fail-on-change", "old.acl", "old.acl")).toBe(0);
    expect(await code("--fail-on-weaker", "old.acl", "new.acl")).toBe(1);
    writeFileSync(join(cwd, "more.acl"), OLD + rule("new", "new", "block"));
    expect(await code("--fail-on-weaker", "old.acl", "more.acl")).toBe(0);
    writeFileSync(join(cwd, "closed.acl"), `fail_closed = true\n${OLD}`);
    expect(await code("--fail-on-weaker", "closed.acl", "old.acl")).toBe(1);
  });

  it("prints JSON, and Markdown that no event can leave", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "events.ndjson"), dns("gone.``` </details> \\u001b[31m"));
    const ran = async (format: string) =>
      (await run(["diff", "--format", format, "old.acl", "new.acl", "events.ndjson"], "", { cwd })).stdout;
    expect(JSON.parse(await ran("json"))).toMatchObject({
      events: 1,
      changed: 1,
      weaker: 1,
      groups: [{ direction: "weaker", before: { rule: "gone" }, count: 1, samples: [{ line: 1, event: "Dns" }] }],
    });
    const markdown = await ran("markdown");
    expect(markdown).toContain("| weaker | 1 | block (low) by gone | allow (info) by no rule |");
    expect(markdown).toContain("\n````\nweaker: ");
    expect(markdown).not.toContain("\u001b");
  });

  it("masks secrets, and reads neither variables nor tiers", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "old.acl"), 'llm { url = env("URL"), key = file("/no/such/key") }');
    const command = '{ on = "ToolExec", match = "tool", verdict = "block", severity = "low", reason = "r" }';
    writeFileSync(join(cwd, "new.acl"), `rule "r" ${command}`);
    const secret = `ghp_${"a1B2".repeat(9)}`;
    const event = `{"event":{"ToolExec":{"pid":1,"argv":["tool","${secret}"]}}}\n`;
    const { code, stdout } = await run(["diff", "old.acl", "new.acl"], event, { cwd });
    expect([code, stdout]).toEqual([0, expect.stringContaining("stricter")]);
    expect(stdout).not.toContain(secret);
  });

  it("reports files that it cannot read, and policies with errors", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "bad.acl"), "fail_closd = true");
    for (const [args, message] of [
      [["old.acl", "bad.acl"], "unknown setting `fail_closd`"],
      [["old.acl", "none.acl"], "cannot read the policy file `none.acl`"],
      [["old.acl", "new.acl", "none.ndjson"], "cannot read `none.ndjson`: "],
      [["old.acl"], "missing required argument"],
    ] as const) {
      const { code, stderr } = await run(["diff", ...args], "", { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it("takes lines of any length and blocks of any size", async () => {
    const cwd = folder();
    const script = `node -e '
      const line = ${JSON.stringify(dns("gone.x"))};
      process.stdout.write(line + "x".repeat(9e6) + "\\n" + line.repeat(30000));' | $SENTRY diff --format json old.acl new.acl`;
    const { stdout } = await bash(script, { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ events: 30_002, weaker: 30_001 });
  });
});
