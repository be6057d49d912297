// The events that calls of well-known tools stand for, as the hosts write the calls.

import { expect, test } from "vitest";
import { type ToolCallInput, wellKnownEvents } from "../../src/entry/node.js";

const cwd = "/home/dev/app";

/** The events in short: the kind and its subject. */
function shortOf(call: ToolCallInput): string[] {
  return wellKnownEvents({ cwd, ...call }).map(({ event }) => {
    if ("ToolExec" in event) return `exec ${event.ToolExec.argv.join(" ")} @${event.ToolExec.cwd}`;
    if ("FileAccess" in event) return `${event.FileAccess.write ? "write" : "read"} ${event.FileAccess.path}`;
    if ("FileDelete" in event) return `delete ${event.FileDelete.path}`;
    return "Egress" in event ? `connect ${event.Egress.peer}:${event.Egress.port}` : "other";
  });
}

test.each<[tool: string, args: unknown, events: string[]]>([
  // Claude Code
  ["Bash", { command: "ls -la", description: "List" }, [`exec sh -c ls -la @${cwd}`]],
  ["Read", { file_path: "/etc/passwd", limit: 5 }, ["read /etc/passwd"]],
  ["Write", { file_path: "a/b.txt", content: "x" }, ["write /home/dev/app/a/b.txt"]],
  ["MultiEdit", { file_path: "/a", edits: [] }, ["write /a"]],
  ["NotebookEdit", { notebook_path: "/n.ipynb" }, ["write /n.ipynb"]],
  ["Grep", { pattern: "key", path: "../other" }, ["read /home/dev/other"]],
  ["WebFetch", { url: "https://example.com/a", prompt: "Summarise" }, ["connect example.com:443"]],
  // Codex
  ["shell", { command: ["bash", "-lc", "ls"], workdir: "/tmp" }, ["exec bash -lc ls @/tmp"]],
  ["exec_command", { cmd: "ls", workdir: "sub" }, ["exec sh -c ls @/home/dev/app/sub"]],
  [
    "apply_patch",
    { input: "*** Begin Patch\n*** Add File: n.txt\n+x\n*** Delete File: o.txt\n*** End Patch\n" },
    ["write /home/dev/app/n.txt", "delete /home/dev/app/o.txt"],
  ],
  [
    "apply_patch",
    "*** Begin Patch\n*** Update File: a\n*** Move to: b\n*** End Patch",
    ["delete /home/dev/app/a", "write /home/dev/app/b"],
  ],
  ["local_shell", { action: { type: "exec", command: ["ls", "-l"], working_directory: "/w" } }, ["exec ls -l @/w"]],
  ["shell", { command: ["rm", "-rf", "/", "", 1, {}] }, [`exec rm -rf /  1 {} @${cwd}`]],
  ["shell", { commands: ["ls", "rm -rf /"] }, [`exec sh -c ls @${cwd}`, `exec sh -c rm -rf / @${cwd}`]],
  ["shell", { command: ["rm -rf /"] }, [`exec sh -c rm -rf / @${cwd}`]],
  ["write_stdin", { session_id: 1, chars: "ls\n" }, [`exec sh -c ls\n @${cwd}`]],
  // Gemini
  ["run_shell_command", { command: "id", dir_path: "/srv" }, ["exec sh -c id @/srv"]],
  ["read_file", { absolute_path: "/etc/hosts" }, ["read /etc/hosts"]],
  ["read_many_files", { paths: ["/a", "b"] }, ["read /a", "read /home/dev/app/b"]],
  ["replace", { file_path: "/a" }, ["write /a"]],
  ["web_fetch", { prompt: "read http://h.test:81/x and https://[::1]/y" }, ["connect h.test:81", "connect ::1:443"]],
  // Copilot, opencode, Cursor, Antigravity
  ["bash", '{"command":"ls"}', [`exec sh -c ls @${cwd}`]],
  ["view", { path: "/etc/shadow" }, ["read /etc/shadow"]],
  ["str_replace_editor", { command: "create", path: "/a" }, ["write /a"]],
  ["edit", { filePath: "/a" }, ["write /a"]],
  ["webfetch", { url: "example.com/a" }, ["connect example.com:443"]],
  ["Delete", { path: "/a" }, ["delete /a"]],
  ["run_command", { CommandLine: "ls", Cwd: "/x" }, ["exec sh -c ls @/x"]],
  // MCP
  ["mcp__filesystem__read_file", { path: "/etc/shadow" }, ["read /etc/shadow"]],
  ["mcp_filesystem_move_file", { source: "/a", destination: "/b" }, ["delete /a", "write /b"]],
  ["filesystem_read_file", { path: "/a" }, ["read /a"]],
  ["mcp__files__copy_file", { source: "/a", destination: "b" }, ["read /a", "write /home/dev/app/b"]],
  ["mcp_files_view", { path: "/a" }, ["read /a"]],
  ["bug_create", { path: "/a" }, []],
  ["filesystem.move_file", { source: "/a", destination: "/b" }, ["delete /a", "write /b"]],
  ["mcp__github__create_issue", { title: "x", path: "/a" }, []],
  // Others
  ["Read", { file_path: "file:///etc/a%20b" }, ["read /etc/a b"]],
  ["Read", { file_path: "~/.ssh/id_rsa" }, ["read ~/.ssh/id_rsa"]],
  ["fetch", { url: "file:///etc/shadow" }, ["read /etc/shadow"]],
  ["fetch", { url: "http://2852039166/" }, ["connect 169.254.169.254:80"]],
  ["fetch", { url: "not a url" }, []],
  ["PowerShell", { command: "Get-Item a" }, [`exec pwsh -Command Get-Item a @${cwd}`]],
  ["python", { code: "print(1)" }, [`exec python3 -c print(1) @${cwd}`]],
  ["Bash", { command: 7 }, []],
  ["Bash", null, []],
  ["Read", ["a"], ["read /home/dev/app/a"]],
  ["Read", "/etc/shadow", ["read /etc/shadow"]],
])("%s %j", (tool, args, events) => {
  expect(shortOf({ tool, args })).toEqual(events);
});

/** Spellings that lead past a table of exact names. */
test.each<[tool: string, args: unknown, events: string[]]>([
  // Names of arguments
  ["Bash", { Command: "id" }, [`exec sh -c id @${cwd}`]],
  ["read_file", { "File-Path": "/a", path: "/b" }, ["read /a", "read /b"]],
  ["read_many_files", { include: ["/a", ".env"] }, ["read /a", "read /home/dev/app/.env"]],
  ["list_directory", { dir_path: "/home/dev/.ssh" }, ["read /home/dev/.ssh"]],
  ["find_by_name", { SearchDirectory: "/etc" }, ["read /etc"]],
  ["view_code_item", { File: "/a" }, ["read /a"]],
  ["delete_directory", { directory: "/a" }, ["delete /a"]],
  // Arguments in other objects
  ["read_file", { files: [{ path: "/a" }, { path: "/b" }] }, ["read /a", "read /b"]],
  ["multi_replace_string_in_file", { replacements: [{ filePath: "/a", newString: "" }] }, ["write /a"]],
  ["shell", { commands: [{ command: "id", cwd: "/" }] }, ["exec sh -c id @/"]],
  ["shell", { command: [["rm", "-rf", "/"]] }, [`exec rm -rf / @${cwd}`]],
  ["shell", { command: "rm", args: ["-rf", "/"] }, [`exec sh -c rm @${cwd}`, `exec rm -rf / @${cwd}`]],
  ["shell", { command: "rm", args: "-rf /" }, [`exec sh -c rm @${cwd}`, `exec sh -c rm -rf / @${cwd}`]],
  [
    "run_shell_command",
    { command: "id", dir_path: "/", workdir: "b" },
    ["exec sh -c id @/home/dev/app/b", "exec sh -c id @/"],
  ],
  ["write_bash", { sessionId: "1", input: "id" }, [`exec sh -c id @${cwd}`]],
  // Calls in calls
  ["batch", { tool_calls: [{ tool: "bash", parameters: { command: "id" } }, 1, null] }, [`exec sh -c id @${cwd}`]],
  [
    "multi_tool_use.parallel",
    { tool_uses: [{ recipient_name: "functions.read", parameters: '{"path":"/a"}' }] },
    ["read /a"],
  ],
  // URLs
  ["fetch", { URL: "https://h.test" }, ["connect h.test:443"]],
  ["fetch", { url: "http:h.test/a" }, ["connect h.test:80"]],
  ["fetch", { url: "http:\\\\h.test" }, ["connect h.test:80"]],
  ["fetch", { url: "http://h.te\tst" }, ["connect h.test:80", "connect h.te:80"]],
  ["fetch", { url: "http://a.test\\@b.test/" }, ["connect a.test:80", "connect b.test:80"]],
  ["fetch", { url: "file:/etc/shadow" }, ["read /etc/shadow"]],
  ["fetch", { url: "localhost:8080" }, ["connect localhost:8080"]],
  // Paths
  ["Read", { file_path: "file:/etc/shadow#L1" }, ["read /etc/shadow"]],
  ["Read", { file_path: " /a" }, ["read /home/dev/app/ /a", "read /a"]],
  // Patches
  ["Bash", { command: "apply_patch '*** Begin Patch\n*** Delete File: /a\n'" }, ["delete /a"]],
  ["apply_patch", "*** Update File: a\n@@\n *** Move to: b\n", ["write /home/dev/app/a", "write /home/dev/app/b"]],
  [
    "patch",
    { patch: '+++ "b/\\056env"\ncopy to c\nIndex: d' },
    ["write /home/dev/app/.env", "write /home/dev/app/c", "write /home/dev/app/d"],
  ],
])("also %s %j", (tool, args, events) => {
  expect(shortOf({ tool, args })).toEqual(expect.arrayContaining(events));
});

test("a unified diff names the files that it changes", () => {
  const patch =
    "--- a/x.c\t2026-01-01\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n--- /dev/null\n+++ b/new.c\nrename from old\nrename to now\n";
  expect(shortOf({ tool: "patch", args: { patch } })).toEqual([
    "write /home/dev/app/x.c",
    "write /home/dev/app/x.c",
    "write /home/dev/app/new.c",
    "delete /home/dev/app/old",
    "write /home/dev/app/now",
  ]);
});

test("a call has at most a thousand files, and long texts take linear time", () => {
  const patch = Array.from({ length: 1001 }, (_, at) => `*** Add File: f${at}\n+x\n`).join("");
  expect(() => wellKnownEvents({ tool: "apply_patch", args: { input: patch } })).toThrow(RangeError);
  expect(() =>
    wellKnownEvents({ tool: "Read", args: { paths: Array.from({ length: 1001 }, (_, at) => `/${at}`) } }),
  ).toThrow(RangeError);
  const edits = Array.from({ length: 10_000 }, () => ({}));
  expect(() => wellKnownEvents({ tool: "Edit", args: { edits } })).toThrow(RangeError);
  const spellings = (name: string): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: 20_000 }, (_, at) => [`${name}${"_".repeat(at % 99)}${"-".repeat(at / 99)}`, "x"]),
    );
  for (const more of [spellings("args"), spellings("cwd"), { args: [{ a: "x".repeat(1 << 20) }] }]) {
    const args = { ...spellings("cmd"), ...more };
    expect(() => wellKnownEvents({ tool: "shell", args })).toThrow(RangeError);
  }
  const long = 1 << 18;
  const started = performance.now();
  for (const text of [
    "a".repeat(long),
    " ".repeat(long),
    "://".repeat(long / 3),
    `*** Add File: ${" ".repeat(long)}x`,
  ]) {
    wellKnownEvents({ tool: "fetch", args: { url: text } });
    wellKnownEvents({ tool: "apply_patch", args: text });
    wellKnownEvents({ tool: "Read", args: { path: text }, cwd });
    wellKnownEvents({ tool: "patch", args: { patch: `+++ "${text}` } });
  }
  // Quadratic time would take hours.
  expect(performance.now() - started).toBeLessThan(20_000);
});
