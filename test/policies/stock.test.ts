// The stock policies of examples/policies: `check` finds no problem in them, each decides the cases
// in the file beside it, and everyday commands pass.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Sentry } from "@a3s-sentry/core";
import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../packaging/process.js";

const folder = fileURLToPath(new URL("../../examples/policies/", import.meta.url));
const command = fileURLToPath(new URL("../../packages/node/dist/cli/main.js", import.meta.url));
const names = ["ci", "coding-agent", "server", "strict"];
const MIN_CASES = 20;

/** The verdict of the rules, the name of the deciding rule ("" for none), the subject. */
type Case = readonly [verdict: string, rule: string, subject: string];

test("the policies are these", () => {
  const policies = readdirSync(folder).filter((name) => name.endsWith(".acl"));
  expect(policies.sort()).toEqual(names.map((name) => `${name}.acl`));
});

describe.each(names)("%s.acl", (name) => {
  const cases = casesOf(name);
  let sentry: Sentry;
  beforeAll(async () => {
    sentry = await Sentry.create(readFileSync(join(folder, `${name}.acl`), "utf8"));
  });
  afterAll(() => sentry.close());

  test("is loaded without a word, and checked without a warning", async () => {
    const checked = await run(process.execPath, [command, "check", "--json", join(folder, `${name}.acl`)]);
    expect([checked.code, JSON.parse(checked.stdout)]).toMatchObject([0, [{ diagnostics: [] }]]);
    expect(sentry.warnings).toEqual([]);
  });

  test(`has ${MIN_CASES} cases and more, of each verdict, most of them commands`, () => {
    const verdicts = cases.map(({ verdict }) => verdict);
    expect(cases.length).toBeGreaterThanOrEqual(MIN_CASES);
    expect([...new Set(verdicts)].sort()).toEqual(["allow", "block", "escalate"]);
    expect(verdicts.filter((verdict) => verdict === "allow").length).toBeGreaterThanOrEqual(MIN_CASES / 2);
  });

  test("each of its rules decides a case", () => {
    const decided = new Set(cases.map(({ rule }) => rule));
    const own = sentry.policy.rules.filter(({ origin }) => origin === "site").map(({ name }) => name);
    expect(own.filter((rule) => !decided.has(rule))).toEqual([]);
  });

  test.each(cases)("$verdict: $kind $subject", ({ kind, subject, verdict, rule }) => {
    const decision = sentry.classify(eventOf(kind, subject));
    expect([decision?.verdict, decision?.rule ?? ""]).toEqual([verdict, rule]);
  });
});

test.each(["ci", "coding-agent", "server"])("%s.acl allows every everyday command", async (name) => {
  const sentry = await Sentry.create(readFileSync(join(folder, `${name}.acl`), "utf8"));
  const commands = everydayCommands();
  const stopped = commands.filter((text) => sentry.classify(eventOf("ToolExec", text))?.verdict !== "allow");
  sentry.close();
  expect(commands.length).toBeGreaterThan(200);
  expect(stopped).toEqual([]);
});

/** The commands that `check` knows as everyday ones. */
function everydayCommands(): string[] {
  const list = readFileSync(new URL("../../core-rs/crates/core/src/lint/everyday.txt", import.meta.url), "utf8");
  const [, commands = ""] = /^\[ToolExec\]\n([^[]*)/m.exec(list) ?? [];
  return commands.trimEnd().split("\n");
}

function casesOf(name: string): { kind: string; verdict: string; rule: string; subject: string }[] {
  const kinds = parse(readFileSync(join(folder, `${name}.cases.toml`), "utf8")) as unknown as Record<string, Case[]>;
  return Object.entries(kinds).flatMap(([kind, cases]) =>
    cases.map(([verdict, rule, subject]) => ({ kind, verdict, rule, subject })),
  );
}

function eventOf(kind: string, subject: string): string {
  return JSON.stringify({ event: { [kind]: { pid: 1, ...fieldsOf(kind, subject) } } });
}

/** The fields that make an event of the kind with this subject. A command is split as an agent's host does. */
function fieldsOf(kind: string, subject: string): object {
  const [first = "", second = "0"] = subject.split(kind === "Egress" ? ":" : " ");
  const [, shell, option, text] = /^(\S*\bbash) (-c) (.*)$/s.exec(subject) ?? [];
  switch (kind) {
    case "ToolExec":
      return { argv: text === undefined ? subject.split(" ") : [shell, option, text] };
    case "Egress":
      return { peer: first, port: Number(second) };
    case "SecurityAction":
      return { kind: first, detail: Number(second) };
    case "Dns":
      return { query: subject };
    case "SslContent":
      return { content: subject };
    default:
      return { path: subject };
  }
}
