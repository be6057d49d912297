// What few hooks need is loaded when it is called: policies in other forms, with other parts, and slow tiers.

import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MAIN, run } from "../../support/command.js";
import { scratch } from "../../support/scratch.js";

const RULE = {
  name: "no-push",
  on: "ToolExec",
  match: "git push",
  verdict: "block",
  severity: "high",
  reason: "pushes",
};
const ACL = `rule "no-push" { on = "ToolExec" match = "git push" verdict = "block" severity = "high" reason = "pushes" }\n`;
const TOML = `[[rules]]\n${Object.entries(RULE)
  .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
  .join("")}`;
const GITLEAKS = `[[rules]]\nid = "x"\nregex = "xx-[0-9]{8}"\n`;

/** The reason that the hook gives for stopping `git push`, by these files: the first is the policy. */
async function stopped(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = scratch();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const input = {
    hook_event_name: "PreToolUse",
    session_id: "s",
    cwd: folder,
    tool_name: "Bash",
    tool_input: { command: "git push \u202e" },
  };
  const flags = ["--policy", join(folder, Object.keys(files)[0] ?? ""), "--socket", join(folder, "none.sock")];
  const { stdout, stderr } = await run(["hook", "claude-code", ...flags], JSON.stringify(input));
  expect(stderr).toBe("");
  return JSON.parse(stdout).hookSpecificOutput.permissionDecisionReason;
}

const UNREACHABLE = `llm { url = "http://127.0.0.1:1/v1" model = "m" timeout_s = 1 }
rule "maybe" { on = "ToolExec" match = "git push" verdict = "escalate" severity = "medium" reason = "maybe" }`;

it.each([
  ["TOML", { "policy.toml": TOML }, "no-push: pushes"],
  ["JSON", { "policy.acl": JSON.stringify({ rules: [RULE] }) }, "no-push: pushes"],
  ["an include", { "policy.acl": 'include { files = ["own.acl"] }', "own.acl": ACL }, "no-push: pushes"],
  [
    "patterns of gitleaks",
    { "policy.acl": `redact { gitleaks = "leaks.toml" }\n${ACL}`, "leaks.toml": GITLEAKS },
    "no-push: pushes",
  ],
  [
    "an L2 that cannot be reached",
    { "policy.acl": UNREACHABLE },
    'L2 unavailable: the connection failed): Bash {"command":"git push \\u{202e}"}',
  ],
])("a hook stops a call by a policy with %s", async (_, files, reason) => {
  expect(await stopped(files)).toContain(reason);
});

it("what each hook loads is small", () => {
  const chunks = join(MAIN, "../../chunks");
  const bytes = readdirSync(chunks)
    .filter((name) => /^(?:answer|own-guard)-.*\.cjs$/.test(name))
    .map((name) => statSync(join(chunks, name)).size);
  expect(bytes).toHaveLength(2);
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(115_000);
});
