// Diagnostics about TOML policies have the lines and columns of the TOML text.

import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { type Diagnostic, lint, PolicyError, Sentry } from "../../src/entry/node.js";
import { joinPath } from "../../src/policy/acl-text.js";
import { tomlPlaces } from "../../src/policy/toml-places.js";

const lintToml = (text: string): Promise<readonly Diagnostic[]> => lint(text, { name: "p.toml", format: "toml" });

/** The text at a diagnostic's span, which its line and column must agree with. */
function marked(text: string, { span }: Pick<Diagnostic, "span">): string {
  const line = text.split("\n")[span.line - 1] ?? "";
  const found = text.slice(span.start, span.end);
  expect(line.slice(span.column - 1)).toContain(found.split("\n")[0]);
  expect(Buffer.from(text).subarray(span.byteStart, span.byteEnd).toString()).toBe(found);
  return found;
}

const rule = (changes: Record<string, string> = {}): string => {
  const keys = { name: '"a"', on: '"Dns"', match: "'\\.ru$'", verdict: '"block"', severity: '"low"', reason: '"r"' };
  const lines = Object.entries({ ...keys, ...changes }).filter(([, value]) => value !== "");
  return `[[rules]]\n${lines.map(([key, value]) => `${key} = ${value}\n`).join("")}\n`;
};

describe("a problem of a TOML policy is marked in the TOML text", () => {
  it.each<[string, string, string, number]>([
    ["an unknown setting", "# é\nfail_closd = true\n", "fail_closd", 2],
    ["an unknown setting, quoted", '\n"fail_closd" = true\n', '"fail_closd"', 2],
    ["an unknown table", "\n[denied]\nexec = 'e'\n", "denied", 2],
    ["an unknown key of a table", "[deny]\n\nexce = 'e'\n", "exce", 3],
    ["an unknown key, dotted", "dry_run = true\ndeny.exce = 'e'\n", "exce", 2],
    ["an unknown key of an inline table", "dry_run = true\ndeny = { exec = 'e', exce = 'e' }\n", "exce", 2],
    ["a wrong type", "# no\nfail_closed = 'yes'\n", "'yes'", 2],
    ["a severity", rule() + rule({ name: '"b"', severity: '"hgih"' }), '"hgih"', 14],
    ["an event kind", rule({ on: '[\n  "Dns",\n  "Dsn",\n]' }), '"Dsn"', 5],
    ["a pattern, where it breaks", rule({ match: "'ab(c'" }), "(", 4],
    ["a pattern in several lines", rule({ match: "'''\nab(c'''" }), "'''\nab(c'''", 4],
    ["a pattern with other escapes than the converted text", rule({ match: '"\\u0061(c"' }), '"\\u0061(c"', 4],
    ["a missing key", rule() + rule({ name: '"b"', verdict: "" }), "[[rules]]", 9],
    ["a table after a list of tables", `${rule()}[llm]\nmodel = 'm'\n`, "llm", 9],
    ["a list of tables between others", `${rule()}[deny]\nexec = 'e'\n${rule({ action: "'no'" })}`, "'no'", 18],
    ["text with brackets, hashes and quotes", `a = '''x' # [b]\n''''\n[[llm]]\nb = "]\\"#"\n`, "a", 1],
    ["lines that end in CRLF", "dry_run = true\r\nfail_closd = true\r\n", "fail_closd", 2],
    ["a date", "dry_run = true\ndeny = { exec = 1979-05-27 07:32:00 }\n", "1979-05-27 07:32:00", 2],
    ["a name that no setting can have", 'dry_run = true\n"a b" = 1\n', "1", 2],
  ])("%s", async (_, text, wanted, line) => {
    const [found] = await lintToml(text);
    expect(found && marked(text, found)).toBe(wanted);
    expect(found?.span.line).toBe(line);
    expect(found?.frame).toContain(`--> p.toml:${line}:${found?.span.column}`);
    expect(found?.frame).not.toContain("as ACL");
  });

  it("with the frame of an ACL policy", async () => {
    const [found] = await lintToml("[deny]\nexec = 'e'\nexce = 'é'\n");
    expect(found?.frame.split("\n").slice(1, 5)).toEqual([" --> p.toml:3:1", "  |", "3 | exce = 'é'", "  | ^^^^"]);
    expect(found?.frame).toContain("\n  = help: ");
  });

  it("also by `Sentry.create`", async () => {
    const created = Sentry.create("\nfail_closd = true\n", { name: "p.toml", format: "toml" });
    await expect(created).rejects.toThrow(PolicyError);
    await expect(created).rejects.toThrow("--> p.toml:2:1");
  });

  it("with all problems at once", async () => {
    const text = `a = 1\n${rule({ severity: "1", verdict: "2" })}[deny]\nb = 3\n`;
    expect((await lintToml(text)).map((found) => marked(text, found)).sort()).toEqual(["1", "2", "a", "b"]);
  });

  it("in a long line, cut around the place", async () => {
    const [found] = await lintToml(`deny = { exec = '${"x".repeat(500)}', exce = 'e', file = '${"y".repeat(500)}' }\n`);
    const [line = "", marks = ""] = found?.frame.split("\n").slice(3, 5) ?? [];
    expect(line.length).toBeLessThan(180);
    expect(line.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("exce");
  });
});

it("warnings about a TOML policy have its places, the second of two rules of one name both", async () => {
  const text = rule() + rule({ match: "'\\.su$'" });
  const found = (await lintToml(text)).find(({ code }) => code === "lint/duplicate-name");
  expect(found?.span.line).toBe(10);
  expect(found && marked(text, found)).toBe('"a"');
  expect(found?.related).toMatchObject([{ span: { line: 2, column: 8 } }]);
  expect(found?.frame).toContain(
    ' 2 | name = "a"\n   |        --- the other one\n...\n10 | name = "a"\n   |        ^^^',
  );
});

it("no frame of a TOML policy shows a key or a terminal escape", async () => {
  for (const text of [
    '[llm]\nurl = "http://x"\nkey = ["s3cret"]\n',
    '[llm]\nurl = "http://x"\ntokn = "s3cret"\n',
    'llm = { url = 5, "key" = "s3cret" }\n',
    '[[llm]]\napi_key = """s3cret\ns3cret"""\n',
    "dry_run = 1 # key: s3cret\n",
    'dry_run = "\u202e\u0085"\n',
  ]) {
    const found = await lintToml(text);
    expect(found).not.toEqual([]);
    for (const { frame } of found) expect(frame).not.toMatch(/s3cret|(?!\n)\p{Cc}|\u202e/u);
  }
});

const EVERYTHING = String.raw`
"quoted.key" . 'raw "key"'.bare-1_ = 1 # [not.a.table]
strings = [ "a#\"]", 'b\', """
c"""", '''d'''', """e \
  \"""f""""" ,] # "
empty = ["", '', """""", '''''', [], {}]
numbers = [ 0x1F, -1_000, 1e3, true, [ [ 2 ], 3.5 ] ]
[ a . "b c" ]
inline = { x.y = [ { z = 1 }, { z = "}" } ], w = '' }
[[list]]
n = 1
[list.sub]
m = 2
[[list.inner]]
k = 3
[[list.inner]]
k = 4
[other]
o = 5
[[list]]
n = 6
[[list.inner]]
k = 7
`;

it("each value of a TOML text has its place, whatever the text is written like", () => {
  const places = tomlPlaces(EVERYTHING);
  let scalars = 0;
  const compare = (value: unknown, path: string): void => {
    const place = places.get(path);
    expect(place, path).toBeDefined();
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) compare(item, `${path}[${i}]`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) compare(item, joinPath(path, key));
    } else {
      scalars++;
      const { start = 0, end = 0 } = place?.value ?? {};
      expect(parse(`x = ${EVERYTHING.slice(start, end)}`), path).toEqual({ x: value });
    }
  };
  for (const [key, value] of Object.entries(parse(EVERYTHING))) compare(value, joinPath("", key));
  expect(scalars).toBe(26);
});

it("text that is not understood ends the search for places", () => {
  for (const text of ["= 1", "[", "a = [1", "a = {", 'a = """', "a.", "[[a]", '"\\x" = 1', "a = \n"]) {
    expect(tomlPlaces(`first = 1\n${text}`).get("first")).toMatchObject({
      key: { start: 0, end: 5 },
      value: { start: 8, end: 9 },
    });
  }
});
