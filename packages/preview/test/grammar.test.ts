// The grammar of the editor: it accepts what the core accepts, and gives each part its name.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parser } from "../src/acl/acl.grammar";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const stock = readdirSync(new URL("examples/policies/", root)).filter((name) => name.endsWith(".acl"));

/** The names of the nodes as one text, without those of brackets and signs. */
function shape(text: string): string {
  return parser
    .parse(text)
    .toString()
    .replaceAll(/"[^"]*",?/g, "")
    .replaceAll(",)", ")");
}

/** The texts that the grammar does not understand, with their places. */
function mistakes(text: string): string[] {
  const found: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found.push(`${from}: ${text.slice(from, to + 20)}`);
    },
  });
  return found;
}

test.each([
  ...stock.map((name) => `examples/policies/${name}`),
  "examples/sentry.acl",
  "examples/tiers.acl",
  "core-rs/crates/core/src/policy/builtin.acl",
  "packages/preview/src/workbench/example.acl",
])("understands %s", (path) => expect(mistakes(read(path))).toEqual([]));

test("knows the stock policies", () => expect(stock.length).toBeGreaterThanOrEqual(4));

test("names the parts of blocks, attributes and values", () => {
  expect(shape('rule "a" { on = ["Dns", "*",] }')).toBe(
    "Document(Block(BlockName(Name),Label(String),Body(Attribute(AttributeName(Name),List(String,String)))))",
  );
  expect(shape('llm = { key: env("K", "d") "url" = null }')).toBe(
    "Document(Attribute(AttributeName(Name),Table(Entry(Key(Name),Call(FunctionName(Name),String,String)),Entry(Key(String),Null))))",
  );
});

test("separates items by blanks, commas and lines", () => {
  const items = "Attribute(AttributeName(Name),Boolean),Attribute(AttributeName(Name),Number)";
  for (const between of [" ", ", ", "\n", ",\n", " # note\n", " /* a\n * b **/ "]) {
    expect(shape(`a = true${between}b = -1.5e3`).replaceAll(/,?(?:Line|Block)Comment/g, "")).toBe(`Document(${items})`);
  }
});

test("reads a heredoc up to the line with its name", () => {
  const text = 'a = <<TEXT\n  "not } a string\n  TEXTS\n  TEXT\nb = 1';
  expect(shape(text)).toBe("Document(Attribute(AttributeName(Name),Heredoc),Attribute(AttributeName(Name),Number))");
});

test("words such as true are also names of items", () => {
  expect(mistakes("null = true\ntrue = 1")).toEqual([]);
});

test.each(["a = ", "rule {", 'a = "x', "= 1", "a = [1"])("marks the mistake in `%s`", (text) =>
  expect(mistakes(text)).not.toEqual([]),
);
