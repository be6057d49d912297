// The outline of a text, the place of a cursor in it, and what is offered there.
import { expect, it } from "vitest";
import { definitionsIn, namedBy, referencesIn } from "../../src/tools/language/names.js";
import { outlineOf } from "../../src/tools/language/outline.js";
import { placeAt, tokenAt } from "../../src/tools/language/place.js";
import { scopeOf } from "../../src/tools/language/schema.js";
import { suggestionsAt } from "../../src/tools/language/suggestions.js";
import { tokensOf, wordOf } from "../../src/tools/language/tokens.js";

const NAMES = {
  rules: ["mine", "pipe-to-shell", "token-file"],
  builtins: ["pipe-to-shell", "token-file"],
  lists: ["prod"],
  programs: ["curl", "git"],
};

/** What is offered at `|`. */
function offered(marked: string): string[] {
  const at = marked.indexOf("|");
  const found = suggestionsAt(outlineOf(marked.replace("|", "")), at, NAMES);
  return (found?.items ?? []).map(({ label }) => label);
}

/** The text with the suggestion of this label at `|`. */
function inserted(marked: string, label: string): string {
  const at = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = suggestionsAt(outlineOf(text), at, NAMES);
  const item = found?.items.find((candidate) => candidate.label === label);
  if (found === undefined || item === undefined) throw new Error(`\`${label}\` is not offered`);
  return text.slice(0, found.from) + item.insert + text.slice(found.to);
}

/** The block and key of the value at `|`, or the path of the section there. */
function place(marked: string): string | undefined {
  const found = placeAt(outlineOf(marked.replace("|", "")), marked.indexOf("|"));
  if (found === undefined) return undefined;
  const path = found.section.path.join(".");
  return found.is === "key" ? `in ${path}` : `${path}.${found.key}${found.call ? ` ${found.call}()` : ""}`;
}

it("offers the rules of packs as overrides, but no rules of the site", () => {
  expect(offered('rule "a" { overrides = ["|"] }')).toEqual(["pipe-to-shell", "token-file"]);
});

it("reads every token of a text, and nothing twice", () => {
  const text = `# c\na = "x\\"y" // d\n/* e\n*/ b 'it\\'s' \`raw\nraw\` <<END\nline\n  END\n-1.5e3 é_1 [ 😀 "open\n"x`;
  const words = tokensOf(text).map((token) => text.slice(token.from, token.to));
  expect(words).toEqual([
    ...["# c", "a", "=", '"x\\"y"', "// d", "/* e\n*/", "b", "'it\\'s'", "`raw\nraw`", "<<END\nline\n  END"],
    ...["-1.5e3", "é_1", "[", "\ud83d", "\ude00", '"open', '"x'],
  ]);
  const values = tokensOf(text).map((token) => wordOf(text, token));
  expect(values).toEqual(expect.arrayContaining(['x"y', "it's", "raw\nraw", "line", "open"]));
});

it.each([
  ["|", "in "],
  ["fail|", "in "],
  ["fail_closed = |", ".fail_closed"],
  ['rule "a" {\n  ver|\n  severity = "low"\n}', "in rule"],
  ['rule "a" {\n  verdict = |\n  severity = "low"\n}', "rule.verdict"],
  ['rule "a" { on = ["Dns", "|"] }', "rule.on"],
  ['rule "a" { on = ["Dns", |\n  verdict = "block" }', "rule.on"],
  ['rule "a" { on = ["Dns"\n  verdict = "|" }', "rule.verdict"],
  ['rule "a" { command { program = "|', "rule.command.program"],
  ['rule "a" { command = { program = "|" } }', "rule.command.program"],
  ['rules = [{ name = "a" ver| }]', "in rules"],
  ['rules = [{ name = "a" }, { verdict = "|" }]', "rules.verdict"],
  ['rule "a" { agents = list("|") }', "rule.agents list()"],
  ['rule "a" { agents = concat(list("x"), |) }', "rule.agents concat()"],
  ['rule "a" { agents = list("x") | }', "in rule"],
  ['deny { exec = "a" } |', "in "],
  ["} ] ) |", "in "],
  ["llm: |", ".llm"],
])("finds the place of the cursor in `%s`", (text, expected) => expect(place(text)).toBe(expected));

it.each(["# fail|", "/* | */", 'rule "fail|" {}', "rule |", "deny { max_lines = 1| }", "a = <<X\n|\nX"])(
  "finds no place in `%s`",
  (text) => {
    expect(offered(text)).toEqual([]);
  },
);

it("offers the keys of the scope, without those that are set", () => {
  expect(offered("fail|")).toContain("fail_closed");
  expect(offered("fail_closed = true\n|")).not.toContain("fail_closed");
  expect(offered('rule "a" {\n  on = "Dns"\n  |\n}')).toEqual(
    Object.keys(scopeOf(["rule"]) ?? {}).filter((key) => key !== "on"),
  );
  expect(offered('rule "a" {}\nru|')).toContain("rule");
});

it("offers the values of a key", () => {
  expect(offered('rule "a" { verdict = "bl|" }')).toEqual(["allow", "block", "escalate"]);
  expect(offered("fail_closed = |")).toEqual(["true", "false"]);
  expect(offered('test "a" { rule = "|" }')).toEqual(NAMES.rules);
  expect(offered('rule "a" { command { program = ["|"] } }')).toEqual(NAMES.programs);
  expect(offered('rule "a" { command { program = list("|") } }')).toEqual(NAMES.lists);
  expect(offered('rule "a" { command { program = env("|") } }')).toEqual([]);
  expect(offered("llm { key = | }")).toEqual(["env", "concat", "file"]);
  expect(offered('rule "a" { match = `|` }')).toEqual([]);
});

it("replaces what was typed, in quotes where they are missing", () => {
  expect(inserted('rule "a" { verdict = al| }', "block")).toBe('rule "a" { verdict = "block" }');
  expect(inserted('rule "a" { verdict = "al|" }', "block")).toBe('rule "a" { verdict = "block" }');
  expect(inserted('rule "a" { verdict = "al|', "block")).toBe('rule "a" { verdict = "block');
  expect(inserted("fa|", "fail_closed")).toBe(`fail_closed = \${true}`);
});

it("finds the names that a text gives and uses", () => {
  const text = `list "a" { values = ["x"] }
lists = [{ name = "b", values = list("a") }]
rule "r" { agents = list("b") }
rules = [{ name = "q", words = { list = "a" } }]
test "t" { rule = "r" }`;
  const outline = outlineOf(text);
  const names = (found: ReturnType<typeof definitionsIn>): string[] => found.map(({ what, name }) => `${what} ${name}`);
  expect(names(definitionsIn(outline))).toEqual(["list a", "list b", "rule r", "rule q", "test t"]);
  expect(names(referencesIn(outline))).toEqual(["list a", "list b", "list a", "rule r"]);
  const found = tokenAt(outline, text.indexOf('list("b")') + 7);
  expect(found && namedBy(outline, found.token, found.role)).toMatchObject({ what: "list", name: "b" });
});

it("has the sections of a text with their ends", () => {
  const text = 'rule "a" { unless { command = { } } }\ndeny {';
  const found = outlineOf(text).sections.map(({ path, from, to }) => [path.join("."), text.slice(from, to)]);
  expect(found).toEqual([
    ["", text],
    ["rule", 'rule "a" { unless { command = { } } }'],
    ["rule.unless", "unless { command = { } }"],
    ["rule.unless.command", "command = { }"],
    ["deny", "deny {"],
  ]);
});

it("passes over brackets that are nested too deep, and goes on behind them", () => {
  const deep = `${"a { ".repeat(200)}x = [1] ${"} ".repeat(200)}`;
  expect(place(`${deep}dry_run = |`)).toBe(".dry_run");
});

it("takes hostile texts in linear time", () => {
  const texts = ["{", "[", "(", "a{", "a=[", "a(", '"', "<<a\n", "<<", "/*", "\\", "}", "a=b(", "'\\", "`x"];
  for (const text of texts) {
    const long = text.repeat(100_000);
    const start = process.cpuUsage();
    const outline = outlineOf(long);
    placeAt(outline, long.length);
    expect(process.cpuUsage(start).user / 1e6, text).toBeLessThan(10);
  }
});
