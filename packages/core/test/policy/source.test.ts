// Policies as objects and as TOML: the conversion of values, and errors that name a path.

import { describe, expect, it } from "vitest";
import { lint, Sentry } from "../../src/entry/node.js";
import { environmentOf } from "../../src/policy/env.js";
import { PolicyError } from "../../src/policy/policy-error.js";
import { type PolicyFormat, type PolicySource, readSource } from "../../src/policy/source.js";

async function coreSource(source: PolicySource, name: string, format: PolicyFormat) {
  const { relocate: _, ...core } = await readSource(source, { name, format });
  return core;
}

async function problems(source: object | string, format: "acl" | "toml" = "acl"): Promise<string[]> {
  try {
    await coreSource(source, "p.toml", format);
  } catch (error) {
    if (error instanceof PolicyError)
      return error.diagnostics.map((diagnostic) => `${diagnostic.code} ${diagnostic.message}`);
    throw error;
  }
  return [];
}

async function refusalOf(toml: string): Promise<string> {
  try {
    await coreSource(toml, "p.toml", "toml");
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
  return "";
}

const WANTED = "a policy may hold strings, numbers, booleans, lists and objects";

describe("an object", () => {
  it("becomes ACL text with its keys in order, whatever their names", async () => {
    const source = JSON.parse('{"z":1,"a":[true,null,-0,1.5,"x\\n"],"__proto__":{"toJSON":1}}');
    const bare = Object.assign(Object.create(null), { k: 1 });
    expect(await coreSource({ ...source, bare }, "p", "acl")).toEqual({
      name: "p (as ACL)",
      text: 'z = 1\na = [true, null, 0, 1.5, "x\\n"]\n__proto__ = {\n  toJSON = 1\n}\nbare = {\n  k = 1\n}\n',
    });
  });

  it("may be given as JSON text, whose lines and columns stay", async () => {
    const text = '\n{ "fail_closed": true,\n  "a b": ["{", "x\\/y\\b", {"k": 1}], "rules": [] }\n';
    expect(await coreSource(text, "p", "acl")).toEqual({
      name: "p",
      text: '\n   fail_closed : true,\n  "a b": ["{", "x/y\\u0008", {"k": 1}],  rules : []  \n',
    });
    expect(await coreSource("{ broken", "p", "acl")).toEqual({ name: "p", text: "{ broken" });
  });

  it.each<[string, string, number, number]>([
    ['{"dry_run": true,\n "dry_run": false}', "acl/duplicate-attribute", 2, 3],
    ['{"deny":\n {"exec":"a", "exec":"b"}}', "acl/duplicate-key", 2, 15],
    ['{\n "fail_closd": true}', "policy/unknown-key", 2, 3],
  ])("as JSON text has its problems where they are: %s", async (text, code, line, column) => {
    const [found] = await lint(text);
    expect(found).toMatchObject({ code, span: { line, column } });
    expect(found?.related).toHaveLength(code.includes("duplicate") ? 1 : 0);
  });

  it.each(["---\nfail_closed: true\n", "rules:\n  - name: no-nc\n    on: ToolExec\n"])(
    "in YAML is refused with one message that says what to write: %j",
    async (text) => {
      const message = "YAML is not a form of a policy: write it as ACL, as TOML (`*.toml`) or as JSON";
      expect(await lint(text)).toMatchObject([{ code: "policy/yaml", message }]);
      await expect(Sentry.create(text)).rejects.toThrow(message);
    },
  );

  it("with a problem of its own is not taken for YAML", async () => {
    const found = await lint("fail_closd = true\nrules = [\n  - 1,\n]\n");
    expect(found.map(({ code }) => code)).not.toContain("policy/yaml");
  });

  it("may contain one object twice", async () => {
    const shared = { a: 1 };
    expect((await coreSource({ x: shared, y: [shared] } as object, "p", "acl")).text).toBe(
      "x = {\n  a = 1\n}\ny = [\n  { a = 1 },\n]\n",
    );
  });

  const cycle = { name: "a", rules: [] as unknown[] };
  cycle.rules.push(cycle);
  it.each<[object, string]>([
    [{ rules: [{ severity: undefined }] }, "`rules[0].severity` is `undefined` (leave the key out instead)"],
    [{ fail_closed: () => true }, "`fail_closed` is a function"],
    [{ llm: { timeout_s: Number.NaN } }, "`llm.timeout_s` is `NaN`"],
    [{ llm: { timeout_s: Number.NEGATIVE_INFINITY } }, "`llm.timeout_s` is `-Infinity`"],
    [{ llm: { timeout_s: 3n } }, "`llm.timeout_s` is a bigint"],
    [{ deny: { egress: new Date(0) } }, "`deny.egress` is a date (quote it to make it a string)"],
    [{ rules: new Map() }, "`rules` is an instance of a class"],
    [{ rules: [{ match: /nc/ }] }, "`rules[0].match` is an instance of a class"],
    [{ rules: new Array(1) }, "`rules[0]` is `undefined` (leave the key out instead)"],
    [{ llm: { 'a"b': Symbol("s") } }, '`llm."a\\"b"` is a symbol'],
    [new (class Policy {})(), "the policy is an instance of a class"],
    [{ rules: [{ name: "a\udc00" }] }, "`rules[0].name` is a string with half a character (a lone surrogate)"],
    [cycle, "`rules[0]` is a reference to an object around it"],
  ])("%o is refused by its place", async (source, message) => {
    expect(await problems(source)).toEqual([`policy/not-data ${message}; ${WANTED}`]);
  });

  it("with a key that cannot be a name is an error", async () => {
    expect(await problems({ "odd key": 1 })).toEqual(['policy/unknown-key "odd key" cannot be the name of a setting']);
  });

  it("is an error with all problems at once", async () => {
    expect(await problems({ a: undefined, b: [1n, Number.NaN] })).toHaveLength(3);
  });

  it("nested too deeply is an error, not a crash", async () => {
    let deep: object = {};
    for (let i = 0; i < 100_000; i++) deep = { a: deep };
    expect(await problems(deep)).toEqual([expect.stringContaining("is nested more than 80 levels deep")]);
  });

  it.each([[[]], [null], [5], [undefined]])("%j is not a policy", async (source) => {
    await expect(coreSource(source as never, "p", "acl")).rejects.toThrow(
      new TypeError("a policy must be a string or an object"),
    );
  });
});

describe("TOML", () => {
  it("becomes the same text as an object", async () => {
    const toml = 'fail_closed = true\n[deny]\nexec = "e.txt"\n[[rules]]\nname = "a"\nmatch = \'\\bnc\\b\'\n';
    expect(await coreSource(toml, "p.toml", "toml")).toEqual({
      name: "p.toml (as ACL)",
      text: 'fail_closed = true\ndeny = {\n  exec = "e.txt"\n}\nrules = [\n  { name = "a", match = `\\bnc\\b` },\n]\n',
    });
  });

  it("shows the position of a syntax error", async () => {
    try {
      await coreSource("# é\nfail_closed = maybe\n", "p.toml", "toml");
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      const [found] = error.diagnostics;
      expect(found).toMatchObject({ code: "toml/syntax", severity: "error", related: [] });
      expect(found?.span).toMatchObject({ line: 2, byteStart: (found?.span.start ?? 0) + 1 });
      expect(found?.frame.split("\n").slice(1)).toEqual([
        ` --> p.toml:2:${found?.span.column}`,
        "  |",
        "2 | fail_closed = maybe",
        `  | ${" ".repeat((found?.span.column ?? 0) - 1)}^`,
      ]);
      expect(error.message).toBe(`p.toml cannot be used\n\n${found?.frame}`);
    }
  });

  it("shows neither a key nor a terminal escape of the lines around a syntax error", async () => {
    for (const toml of [
      '[llm]\nmodel = m\nkey = "s3cret"\n',
      '[llm]\n"Key" = "s3cret\n',
      'llm = { url = u, api_key = "s3cret" }\n',
      '[llm]\nkey = """\ns3cret\\q"""\n',
      "[llm]\nkey = '''\ns3cret\u0001'''\n",
      '[llm]\nkey = """\ns3cret\n',
      'a = "\u001b]0;owned\u0007\u202e"\n',
    ]) {
      const text = await refusalOf(toml);
      expect(text).toContain("toml/syntax");
      expect(text).not.toMatch(/s3cret|(?!\n)\p{Cc}|\u202e/u);
    }
  });

  it.each([
    ["[[rules]]\nname = 1979-05-27\n", "`rules[0].name` is a date"],
    ["[llm]\ntimeout_s = inf\n", "`llm.timeout_s` is `Infinity`"],
    ["[llm]\ntimeout_s = nan\n", "`llm.timeout_s` is `NaN`"],
  ])("%j is refused by its place", async (toml, message) => {
    expect(await problems(toml, "toml")).toEqual([expect.stringContaining(message)]);
  });

  it("with an integer that no double can hold is an error", async () => {
    expect(await problems("n = 9007199254740993\n", "toml")).toEqual([expect.stringMatching(/^toml\/syntax /)]);
  });

  it('is read only with `format: "toml"`, and no other format is', async () => {
    expect(await coreSource("a = 1", "p", "acl")).toEqual({ name: "p", text: "a = 1" });
    await expect(coreSource("a = 1", "p", "json" as never)).rejects.toThrow(
      '`format` must be "acl" or "toml", not "json"',
    );
  });
});

describe("env", () => {
  it("reads each name once, so that a policy compiled again is the same", () => {
    const env: { KEY: string; LATE?: string } = { KEY: "one" };
    const { lookup } = environmentOf(env);
    expect([lookup("KEY"), lookup("LATE")]).toEqual(["one", undefined]);
    env.KEY = "two";
    env.LATE = "set";
    expect([lookup("KEY"), lookup("LATE")]).toEqual(["one", undefined]);
  });

  it("reads only own properties that are strings", () => {
    const env: { number: never } = Object.assign(Object.create({ inherited: "text" }), { number: 5 });
    const { lookup } = environmentOf(env);
    expect(lookup("inherited")).toBeUndefined();
    expect(["toString", "__proto__", "constructor", "number"].map(lookup)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(environmentOf().lookup("HOME")).toBeUndefined();
  });
});
