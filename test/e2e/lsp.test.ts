// The language server, with a real client.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { ExitNotification, HoverRequest } from "vscode-languageserver-protocol/node";
import { run } from "./command.js";
import { Editor } from "./editor.js";

const RULE = `rule "a" {
  on       = "Dns"
  match    = "(^|\\\\.)bad\\\\.example$"
  verdict  = "block"
  severity = "high"
  reason   = "r"
}
`;

let editor: Editor;
async function begin(): Promise<Editor> {
  editor = new Editor();
  await editor.initialize();
  return editor;
}

describe("diagnostics", () => {
  it("follow the text, with its versions", async () => {
    const editor = await begin();
    await editor.open("site.acl", "fail_closd = true\n");
    const [problem, ...more] = await editor.problems("site.acl");
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "policy/unknown-key",
      severity: 1,
      source: "a3s-sentry",
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 10 } },
    });
    expect(problem?.message).toBe("unknown setting `fail_closd`\nhelp: did you mean `fail_closed`?");
    await editor.replace("site.acl", "closd", "closed");
    expect(await editor.problems("site.acl")).toEqual([]);
    await editor.replace("site.acl", "true", "maybe");
    expect(await editor.problems("site.acl")).toMatchObject([{ code: "acl/bare-word" }]);
    await editor.close("site.acl");
    await editor.running.until(() => editor.diagnostics.get(editor.uri("site.acl"))?.diagnostics.length === 0);
    expect(await editor.end()).toBe(0);
  });

  it("count UTF-16 units", async () => {
    const editor = await begin();
    await editor.open(
      "site.acl",
      '# 😀\n/* 😀😀 */ fail_closd = true\nrule "😀" { on = "Dns" match = "😀" verdct = "block" }\n',
    );
    const problems = await editor.problems("site.acl");
    expect(problems.find(({ code, range }) => code === "policy/unknown-key" && range.start.line === 1)?.range).toEqual({
      start: { line: 1, character: 11 },
      end: { line: 1, character: 21 },
    });
    expect(problems.find(({ range }) => range.start.line === 2 && range.start.character === 36)?.code).toBe(
      "policy/unknown-key",
    );
    await editor.replace("site.acl", 'match = "😀"', 'match = "😀😀"');
    const moved = await editor.problems("site.acl");
    expect(moved.find(({ range }) => range.start.line === 2 && range.start.character === 38)?.code).toBe(
      "policy/unknown-key",
    );
    expect(await editor.fixes("site.acl")).toMatchObject({
      "Change to fail_closed": expect.stringContaining("*/ fail_closed ="),
    });
  });

  it("are in the included file that has the problem, also before it is saved", async () => {
    const editor = await begin();
    mkdirSync(join(editor.folder, "shared"));
    editor.write("shared/rules.acl", RULE.replace("block", "blok"));
    await editor.open("site.acl", 'include { files = ["shared/*.acl"] }\n');
    expect(await editor.problems("site.acl")).toEqual([]);
    const shared = editor.uri("shared/rules.acl");
    await editor.running.until(() => editor.diagnostics.has(shared));
    expect(editor.diagnostics.get(shared)?.diagnostics).toMatchObject([{ code: "policy/unknown-word" }]);
    await editor.open("shared/rules.acl", RULE.replace("block", "blok"));
    expect(await editor.problems("shared/rules.acl")).toHaveLength(1);
    await editor.replace("shared/rules.acl", "blok", "block");
    expect(await editor.problems("shared/rules.acl")).toEqual([]);
  });

  it("of an included file are those of the policy that includes it", async () => {
    const editor = await begin();
    mkdirSync(join(editor.folder, "shared"));
    editor.write("site.acl", `include { files = ["shared/*.acl"] }\nlist "prod" { values = ["db1"] }\n`);
    const rule = RULE.replace('"a"', '"b"').replace("  on", '  agents = list("prod")\n  on');
    await editor.open("shared/rules.acl", rule);
    expect(await editor.problems("shared/rules.acl")).toEqual([]);
    expect(await editor.completions("shared/rules.acl", 'list("', 6)).toEqual(["prod"]);
    expect(await editor.definition("shared/rules.acl", "prod")).toMatchObject([{ uri: editor.uri("site.acl") }]);
  });

  it("of tests and of files of tests", async () => {
    const editor = await begin();
    await editor.open("site.acl", `${RULE}test "t" { command = "ls" }\n`);
    expect(await editor.problems("site.acl")).toMatchObject([{ code: "policy/missing-key" }]);
    await editor.open("site.test.acl", 'test "t" { command = "ls", expect = "alow" }\ndry_run = true\n');
    expect((await editor.problems("site.test.acl")).map(({ code }) => code)).toEqual([
      "policy/unknown-word",
      "policy/unknown-key",
    ]);
    expect(await editor.completions("site.test.acl", "expect", 0)).toContain("rule");
  });

  it("of TOML, and of text that has no file", async () => {
    const editor = await begin();
    await editor.open("site.toml", "[deny]\nexce = 'x'\n", "toml");
    expect(await editor.problems("site.toml")).toMatchObject([
      { code: "policy/unknown-key", range: { start: { line: 1, character: 0 } } },
    ]);
    await editor.show("untitled:1", "a = 1\n");
    expect(await editor.problems("", "untitled:1")).toMatchObject([{ code: "policy/unknown-key" }]);
  });

  it("resolve no variable, and read no file outside of the folder", async () => {
    const editor = await begin();
    await editor.open(
      "site.acl",
      'llm { url = env("NOT_SET_HERE") key = file("/etc/shadow") }\nagent { bin = env("NOT_SET_HERE") }\nsae { dict = "/etc/passwd" }\n',
    );
    expect(await editor.problems("site.acl")).toEqual([]);
  });

  it("of a document that is too large", async () => {
    const editor = await begin();
    await editor.open("site.acl", "# x\n".repeat(300_000));
    expect(await editor.problems("site.acl")).toMatchObject([{ code: "acl/limit-document" }]);
    expect(await editor.completions("site.acl", "# x", 0)).toEqual([]);
    expect(await editor.symbols("site.acl")).toEqual([]);
  });
});

const POLICY = `include { files = ["shared.acl"] }
list "prod" { values = ["db1", "db2"] }
rule "a" {
  on        = "ToolExec"
  agents    = list("prod")
  overrides = ["pipe-to-shell"]
  verdict   = "escalate"
  severity  = "high"
  reason    = "r"
}
rules = [{ name = "q", on = "Dns", match = "y", verdict = "block", severity = "low", reason = "r" }]
test "t" { command = "ls", expect = "allow", rule = "shared" }
`;

describe("requests", () => {
  async function opened(): Promise<Editor> {
    const editor = await begin();
    editor.write("shared.acl", RULE.replace('"a"', '"shared"').replace("  on", '  agents   = list("prod")\n  on'));
    await editor.open("site.acl", POLICY);
    return editor;
  }

  it("complete keys, words, and names of all files", async () => {
    const editor = await opened();
    expect(await editor.completions("site.acl", "list", 0)).toContain("fail_closed");
    expect(await editor.completions("site.acl", '"escalate"', 1)).toEqual(["allow", "block", "escalate"]);
    expect(await editor.completions("site.acl", '"prod")', 1)).toEqual(["prod"]);
    expect((await editor.completions("site.acl", '"shared" }', 1)).slice(0, 4)).toEqual([
      ...["a", "q", "shared", "privesc-setuid"],
    ]);
    const overrides = await editor.completions("site.acl", '"pipe-to-shell"', 1);
    expect(overrides).toEqual(expect.arrayContaining(["pipe-to-shell", "token-file", "history-rewritten"]));
    await editor.replace("site.acl", 'on        = "ToolExec"', 'command { program = "" }');
    expect(await editor.completions("site.acl", 'program = ""', 11)).toContain("kubectl");
  });

  it("complete with the right edit", async () => {
    const editor = await begin();
    await editor.open("site.acl", '/* 😀 */ rule "😀" { verdict = bl }\nfail\n');
    const items = await editor.connection.sendRequest("textDocument/completion", editor.at("site.acl", "bl }", 2));
    expect((items as { label: string }[]).find(({ label }) => label === "block")).toMatchObject({
      textEdit: { newText: '"block"', range: { start: { line: 0, character: 31 }, end: { line: 0, character: 33 } } },
    });
    const keys = await editor.connection.sendRequest("textDocument/completion", editor.at("site.acl", "fail\n", 4));
    expect((keys as { label: string }[]).find(({ label }) => label === "fail_closed")).toMatchObject({
      insertTextFormat: 2,
      textEdit: { newText: `fail_closed = \${1:true}` },
      documentation: { kind: "plaintext" },
    });
  });

  it("document keys, words, built-in rules and lists", async () => {
    const editor = await opened();
    expect(await editor.hover("site.acl", "overrides")).toContain("no say");
    expect(await editor.hover("site.acl", "high")).toContain("Dangerous");
    expect(await editor.hover("site.acl", "pipe-to-shell")).toContain("ToolExec: block, high, DenyExec");
    expect(await editor.hover("site.acl", '"prod")', 2)).toContain(
      'list \\"prod\\" { values = [\\"db1\\", \\"db2\\"] }',
    );
    expect(await editor.hover("site.acl", "shared", 1)).toBe("");
    await editor.replace("site.acl", 'command = "ls"', 'command = "tar czf /tmp/a.tgz /etc/shadow | cat"');
    const read = await editor.hover("site.acl", "tar czf", 4);
    expect(read).toContain("tar czf /tmp/a.tgz /etc/shadow: reads /etc/shadow; writes /tmp/a.tgz");
    expect(await editor.hover("site.acl", '"shared" }', 2)).toContain('agents   = list(\\"prod\\")');
    expect(await editor.hover("site.acl", "db1")).toBe("");
  });

  it("go to a list, a rule and an included file, and find uses", async () => {
    const editor = await opened();
    expect(await editor.definition("site.acl", '"prod")', 2)).toEqual([
      { uri: editor.uri("site.acl"), range: { start: { line: 1, character: 5 }, end: { line: 1, character: 11 } } },
    ]);
    expect(await editor.definition("site.acl", '"shared" }', 2)).toMatchObject([{ uri: editor.uri("shared.acl") }]);
    expect(await editor.definition("site.acl", "shared.acl")).toMatchObject([{ uri: editor.uri("shared.acl") }]);
    expect(await editor.references("site.acl", '"prod" {', 2)).toMatchObject([
      { uri: editor.uri("site.acl"), range: { start: { line: 1 } } },
      { uri: editor.uri("site.acl"), range: { start: { line: 4 } } },
      { uri: editor.uri("shared.acl"), range: { start: { line: 1 } } },
    ]);
  });

  it("list the symbols", async () => {
    const editor = await opened();
    expect(await editor.symbols("site.acl")).toMatchObject([
      { name: "include" },
      { name: "prod", detail: "list" },
      { name: "a", detail: "rule", range: { start: { line: 2 }, end: { line: 9, character: 1 } } },
      { name: "q", detail: "rules" },
      { name: "t", detail: "test" },
    ]);
  });

  it("format as `fmt` does, with one small edit", async () => {
    const editor = await begin();
    const ugly = '# 😀\r\ndry_run=true\nfail_closed : false\nrule "😀"{on:["Dns"]}\n';
    await editor.open("site.acl", ugly);
    const { stdout } = await run(["fmt", "-"], ugly);
    expect(await editor.formatted("site.acl")).toBe(stdout);
    await editor.open("broken.acl", "a = \n");
    expect(await editor.formatted("broken.acl")).toBe("a = \n");
  });

  it("fix what has a certain fix", async () => {
    const editor = await begin();
    const expired = RULE.replace("}", '  expires  = "2020-01-01"\n}');
    await editor.open("site.acl", `fail_closd = true\nlist "x" { values = ["a"] }\n${expired}dry_run = false\n`);
    const rest = `fail_closd = true\nlist "x" { values = ["a"] }\ndry_run = false\n`;
    await editor.problems("site.acl");
    expect(await editor.fixes("site.acl")).toEqual({
      "Change to fail_closed": `fail_closed = true\nlist "x" { values = ["a"] }\n${expired}dry_run = false\n`,
    });
    await editor.replace("site.acl", "closd", "closed");
    expect(await editor.fixes("site.acl")).toEqual({
      "Remove the list": `fail_closed = true\n${expired}dry_run = false\n`,
      "Remove the rule": rest.replace("closd", "closed"),
    });
  });
});

it("shows nothing wrong in the stock policies", async () => {
  const editor = await begin();
  const folder = fileURLToPath(new URL("../../examples/policies/", import.meta.url));
  for (const name of ["ci.acl", "coding-agent.acl", "server.acl", "strict.acl", "ci.test.acl", "strict.test.acl"]) {
    await editor.open(name, readFileSync(join(folder, name), "utf8"));
    expect(await editor.problems(name), name).toEqual([]);
  }
});

describe("the end", () => {
  it("comes by `exit`, whose code says whether `shutdown` came before", async () => {
    expect(await (await begin()).end()).toBe(0);
    const rude = await begin();
    await rude.connection.sendNotification(ExitNotification.type);
    expect(await rude.running.ended).toMatchObject({ code: 1, stderr: "" });
  });

  it("comes with the end of stdin", async () => {
    const editor = await begin();
    await editor.open("site.acl", RULE);
    editor.running.child.stdin.end();
    expect(await editor.running.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    ["no header", "hello\r\n\r\n", "is not a message of the language server protocol"],
    ["a header without end", "x".repeat(5000), "is not a message of the language server protocol"],
    ["no length", "Content-Length: many\r\n\r\n{}", "is not a message of the language server protocol"],
    ["a huge length", "Content-Length: 99999999999\r\n\r\n{", "a message of 99999999999 bytes is larger than"],
  ])("comes with a message for people after input with %s", async (_, input, expected) => {
    const ended = await run(["lsp"], input);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(expected);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("does not come with requests that make no sense", async () => {
    const editor = await begin();
    await editor.open("site.acl", RULE);
    const unknown = { textDocument: { uri: "file:///%zz" }, position: { line: 99, character: 99 } };
    expect(await editor.connection.sendRequest(HoverRequest.type, unknown)).toBeNull();
    await expect(editor.connection.sendRequest("no/such")).rejects.toThrow(/unhandled/i);
    await expect(editor.connection.sendRequest("textDocument/hover", { a: 1 })).rejects.toThrow();
    const { stdin } = editor.running.child;
    stdin.write("Content-Length: 3\r\n\r\n{{{");
    expect(await editor.hover("site.acl", "verdict")).toContain("exception");
    expect(await editor.end()).toBe(0);
  });
});

afterEach(() => editor?.running.child.kill("SIGKILL"));
