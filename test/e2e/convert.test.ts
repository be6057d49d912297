// `convert` in a pipe with the commands that take its events.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bash, run, scratch } from "./command.js";

const tetragon = (binary: string, words: string): string =>
  `${JSON.stringify({ process_exec: { process: { pid: 7, binary, arguments: words, cwd: "/", flags: "execve" } } })}\n`;
const AUDIT =
  'type=SYSCALL msg=audit(1772359200.123:7): arch=c000003e syscall=59 success=yes pid=41 ses=3 comm="nc" exe="/opt/nc"\n' +
  'type=EXECVE msg=audit(1772359200.123:7): argc=3 a0="nc" a1="-e" a2="/bin/sh"\n';

it("events go to `run`, `replay` and `diff`", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "audit.log"), AUDIT);
  writeFileSync(join(cwd, "a.acl"), "");
  writeFileSync(
    join(cwd, "b.acl"),
    'rule "nc" { on = "ToolExec" match = "nc" verdict = "allow" severity = "info" reason = "r" }',
  );
  const { stdout, stderr } = await bash(
    `$SENTRY convert auditd audit.log > e.ndjson
     $SENTRY run --exec-deny x.txt < e.ndjson; cat x.txt
     $SENTRY replay e.ndjson | grep stopped,
     $SENTRY diff a.acl b.acl e.ndjson | grep weaker`,
    { cwd },
  );
  expect(stderr).toContain("2 lines, 1 event\n");
  expect(stdout).toContain('"rule":"reverse-shell"');
  expect(stdout).toContain("\n/opt/nc\n");
  expect(stdout).toContain("1 stopped, 0 asked");
  expect(stdout).toMatch(/weaker/);
});

it("malformed lines are counted by their reason, and the first of each is shown", async () => {
  const input = `{\n${tetragon("/bin/ls", "-l")}x\u001b[2J\n{"a":1}\n`;
  const { code, stdout, stderr } = await run(["convert", "tetragon"], input);
  expect([code, stdout.split("\n").length]).toEqual([0, 2]);
  expect(stderr).toBe(
    "warning: line 1 is not converted: it is not JSON on one line (further ones are counted)\n  {\n" +
      "warning: line 4 is not converted: it has no `process_exec`, `process_kprobe` or other event of Tetragon (further ones are counted)\n" +
      '  {"a":1}\n' +
      "4 lines, 1 event; 3 lines malformed:\n" +
      "  2: it is not JSON on one line\n" +
      "  1: it has no `process_exec`, `process_kprobe` or other event of Tetragon\n",
  );
});

it("an input of another format fails, and so do a missing file and an unknown format", async () => {
  expect((await run(["convert", "falco"], tetragon("/bin/ls", ""))).code).toBe(1);
  expect((await run(["convert", "falco"], "")).code).toBe(0);
  expect(await run(["convert", "auditd", "/nowhere"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("cannot read `/nowhere`: there is no such file"),
  });
  expect((await run(["convert", "syslog"])).stderr).toContain("Allowed choices are tetragon, falco, auditd");
});

it("ends when nobody reads its events", async () => {
  const { stdout } = await bash(
    `yes '${tetragon("/bin/ls", "-l").trim()}' | $SENTRY convert tetragon 2>/dev/null | head -n 1`,
  );
  expect(stdout).toContain('"argv":["/bin/ls","-l"]');
});

it("a line that is nested too deeply is malformed, and those behind it are converted", async () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const call = (input: string) =>
    `{"object":"trace.span","span_data":{"type":"function","name":"x","input":${input}}}\n`;
  const { stdout, stderr } = await run(
    ["convert", "openai-agents"],
    call(deep) + call(JSON.stringify(deep)) + call('"{}"'),
  );
  expect(stdout).toBe('{"identity":{"agent":"openai-agents"},"event":{"ToolCall":{"tool":"x","args":{}}}}\n');
  expect(stderr).toContain("2 lines malformed:\n  2: its values are nested too deeply\n");
});

it("a long stream goes through in bounded memory", async () => {
  const { stdout } = await bash(
    `yes '${tetragon("/usr/bin/find", `/ ${"x".repeat(2000)}`).trim()}' | head -n 30000 |
     NODE_OPTIONS=--max-old-space-size=40 $SENTRY convert tetragon 2>/dev/null | wc -l`,
  );
  expect(stdout.trim()).toBe("30000");
});
