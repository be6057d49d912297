// gitleaks configurations: conversion of Go's expressions, rules, and reports on what cannot be
// used.

import { beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import type { Handle } from "../../src/engine/module.js";
import { core } from "../../src/entry/core.js";
import { lint, PolicyError, Sentry } from "../../src/index.js";
import { fromGo } from "../../src/redact/go-regex.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { some } from "../support/secret-texts.js";
import { withHandles } from "../support/wrap-handles.js";

beforeAll(() => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
});

const POLICY = 'redact { gitleaks = "g.toml" }';

async function withRules<T>(toml: string, use: (sentry: Sentry) => Promise<T>): Promise<T> {
  const sentry = await Sentry.create(POLICY, { files: { "g.toml": toml } });
  try {
    return await use(sentry);
  } finally {
    sentry.close();
  }
}

/** The finds that are not of a built-in kind. */
function found(toml: string, text: string): Promise<string[]> {
  return withRules(toml, async (sentry) => {
    const { redactions } = await sentry.inspectWire(text, "request");
    return redactions.map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
  });
}

const rule = (regex: string, more = ""): string => `[[rules]]\nid = "r"\nregex = '''${regex}'''\n${more}\n`;

describe("expressions of Go", () => {
  it.each([
    ["\\w\\W\\d\\D\\s\\S", "[0-9A-Za-z_][^0-9A-Za-z_][0-9][^0-9][\\t\\n\\f\\r\\x20][^\\t\\n\\f\\r\\x20]"],
    ["[\\w.-]{0,50}?", "[0-9A-Za-z_\\x2e\\x2d]{0,50}?"],
    ["[^\\Da-z&&[]", "[^[^0-9]\\x61-\\x7a\\x26\\x26\\x5b]"],
    ["[]a-]+[[:alpha:]_]", "[\\x5d\\x61\\x2d]+[[:alpha:]\\x5f]"],
    ["a{2}{x}{,3}}", "a{2}\\x7bx\\x7d\\x7b,3\\x7d\\x7d"],
    ["\\Qa.b*\\E+\\Q(", "\\x61\\x2e\\x62\\x2a+\\x28"],
    ["\\<\\-\\/\\x60\\x{1F600}\\012\\0\\n\\v", "\\x3c\\x2d\\x2f\\x60\\x{1F600}\\x0a\\x00\\x0a\\x0b"],
    ["(?i)(?:a|(?P<n>b))\\b\\pL\\p{Greek}\\z$", "(?i)(?:a|(?P<n>b))\\b\\pL\\p{Greek}\\z$"],
    ["é[é-ü]", "é[\\xe9-\\xfc]"],
  ])("%s", (go, rust) => {
    expect(fromGo(go)).toBe(rust);
  });

  it("mean the same: classes are ASCII only", async () => {
    expect(await found(rule("\\bx\\w+"), "xé xa xaé éxb")).toEqual(["r: xa", "r: xa", "r: xb"]);
  });
});

describe("rules", () => {
  it("mask the first group that matched, or the given group", async () => {
    expect(await found(rule("k=(a+)?(b+)?c"), "k=bbc k=aac")).toEqual(["r: bb", "r: aa"]);
    expect(await found(rule("k=(a+)(b+)c", "secretGroup = 2"), "k=abbc")).toEqual(["r: bb"]);
    expect(await found(rule("k=a+"), "k=aa")).toEqual(["r: k=aa"]);
  });

  it("require entropy", async () => {
    expect(await found(rule("k=(\\w+)", "entropy = 2"), "k=abababab k=abcdefgh")).toEqual(["r: abcdefgh"]);
  });

  it("require a keyword, in the match or in the 256 bytes before it", async () => {
    const toml = rule("\\b[0-9a-f]{12}\\b", 'keywords = ["Acme"]');
    const hash = "0123456789ab";
    expect(await found(toml, hash)).toEqual([]);
    expect(await found(toml, `the ACME key ${hash}`)).toEqual([`r: ${hash}`]);
    expect(await found(toml, `acme ${"x ".repeat(124)} ${hash}`)).toEqual([`r: ${hash}`]);
    expect(await found(toml, `acme ${"x ".repeat(128)} ${hash}`)).toEqual([]);
  });

  it("do not mask what allowlists name", async () => {
    const allow = (list: string, regex = "k=(\\w+)"): string => rule(regex, `[[rules.allowlists]]\n${list}`);
    const text = "k=example1 k=real2 # k=real3 test";
    expect(await found(allow('stopwords = ["EXAMPLE"]'), text)).toEqual(["r: real2", "r: real3"]);
    expect(await found(allow("regexes = ['^real']"), text)).toEqual(["r: example1"]);
    expect(await found(allow("regexTarget = \"match\"\nregexes = ['^k=e']"), text)).toEqual(["r: real2", "r: real3"]);
    expect(await found(allow("regexTarget = \"line\"\nregexes = ['# k']"), text)).toEqual(["r: example1", "r: real2"]);
    const both = "condition = \"AND\"\nregexes = ['2$', '3$']\nstopwords = [\"real3\"]";
    expect(await found(allow(both), text)).toEqual(["r: example1", "r: real2"]);
    expect(await found(`${rule("k=(\\w+)")}[[allowlists]]\nstopwords = ["real"]`, text)).toEqual(["r: example1"]);
    const aimed = '[[allowlists]]\ntargetRules = ["other"]\nstopwords = ["real"]';
    expect(await found(`${rule("k=(\\w+)")}${aimed}`, text)).toHaveLength(3);
    // A text has no path, so an allowlist that requires one allows nothing.
    expect(await found(allow("condition = \"AND\"\npaths = ['x']\nregexes = ['^real']"), text)).toHaveLength(3);
  });

  it("come after the built-in kinds", async () => {
    expect(await found(rule("sk-\\w+"), `sk-${some(30)} sk-x`)).toEqual([`openai_key: sk-${some(30)}`, "r: sk-x"]);
  });

  it("apply after the engine failed", async () => {
    let fails = false;
    const failing = withHandles((handle) => {
      const scan = handle.scan.bind(handle);
      return Object.assign(handle, {
        scan(...part: Parameters<Handle["scan"]>) {
          if (fails) throw new WebAssembly.RuntimeError("unreachable");
          return scan(...part);
        },
      });
    });
    provideCore(() => failing);
    await withRules(rule("k=\\w+"), async (sentry) => {
      fails = true;
      expect((await sentry.inspectWire("k=b", "request")).blocked).toBe(true);
      fails = false;
      expect((await sentry.inspectWire("k=b", "request")).redactions).toHaveLength(1);
    });
    provideCore(() => core);
  });

  it("are part of a spec", async () => {
    await withRules(rule("k=\\w+"), async (sentry) => {
      const { source, options } = structuredClone(sentry.spec());
      const same = await Sentry.create(source, options);
      expect((await same.inspectWire("k=b", "request")).redactions).toHaveLength(1);
      same.close();
    });
  });
});

describe("what cannot be used", () => {
  it("is reported with the rule's id, and the other rules are used", async () => {
    const toml = `
title = "t"
colour = "blue"
[extend]
useDefault = true
[[allowlists]]
paths = ["x"]
[[rules]]
id = "look"
regex = '''a(?=b)'''
[[rules]]
id = "files"
path = '''\\.pem$'''
[[rules]]
id = "nothing"
[[rules]]
id = "two parts"
regex = "a"
[[rules]]
id = "company"
regex = "a"
[[rules.required]]
id = "look"
[[rules]]
id = "helper"
regex = "a"
skipReport = true
[[rules]]
id = "two\\nlines"
regex = "a"
[[rules]]
id = "group"
regex = "(a)"
secretGroup = 2
[[rules]]
id = "allow"
regex = "zz"
colour = 1
[[rules.allowlists]]
regexes = ["["]
${rule("k=(\\w+)")}`;
    const warnings = await withRules(toml, async (sentry) => {
      expect((await sentry.inspectWire("k=b zz", "request")).redactions).toHaveLength(2);
      return sentry.warnings;
    });
    const prefix = 'gitleaks configuration "g.toml": ';
    expect(warnings.every((warning) => warning.startsWith(prefix))).toBe(true);
    const reported = warnings.map((warning) => warning.slice(prefix.length));
    expect(reported.slice(0, 9)).toEqual([
      "it has a key `colour`, which is unknown and ignored",
      "`extend` is not followed: only the rules of the file itself are used",
      "rule `files`: not used, since it is for certain paths, and a text has none",
      "rule `nothing`: not used, since it has no `regex`",
      "rule `company`: not used, since it requires finds of other rules nearby",
      "rule `helper`: not used, since its finds are only for other rules",
      "rule `two lines`: not used, since its id has a line break",
      "rule `allow`: the rule has a key `colour`, which is unknown and ignored",
      "`paths` and `commits` of allowlists are ignored: a text has neither",
    ]);
    expect(reported.slice(9).map((line) => line.split(": the pattern of an")[0]?.split("not used: ")[0])).toEqual([
      "rule `look`: ",
      "rule `two parts`: ",
      "rule `group`: ",
      "rule `allow`: an allowlist is ignored",
    ]);
  });

  it("is reported by `lint` too, as warnings", async () => {
    const files = { "g.toml": '[[rules]]\nid = "key"\nregex = "x"\npath = "y"\n' };
    const [found, ...others] = await lint(POLICY, { files, name: "site.acl" });
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code: "redact/left-out", severity: "warning" });
    expect(found?.frame).toMatch(/^warning\[redact\/left-out\]: .*rule `key`: not used.*\n --> site\.acl$/);
  });

  it("includes values of the wrong type and ids of two lines, without affecting other rules", async () => {
    const more = 'entropy = nan\nsecretGroup = "2"\nkeywords = "z"\n[[rules.allowlists]]\nstopwords = "zz"';
    const toml = `[[rules]]\nid = "a\\nb"\nregex = "a"\n${rule("zz(1)(2)", more)}`;
    const reported = await withRules(toml, async (sentry) => {
      expect((await sentry.inspectWire("zz12", "request")).redactions).toHaveLength(1);
      return sentry.warnings.map((warning) => warning.replace(/^gitleaks configuration "g.toml": /, ""));
    });
    expect(reported).toEqual([
      "rule `a b`: not used, since its id has a line break",
      "rule `r`: the rule has a `entropy` of the wrong type, which is ignored",
      "rule `r`: the rule has a `secretgroup` of the wrong type, which is ignored",
      "rule `r`: the rule has a `keywords` of the wrong type, which is ignored",
      "rule `r`: an allowlist has a `stopwords` of the wrong type, which is ignored",
    ]);
  });

  it("is an error for a file that is not TOML or cannot be read, and without `readFile`", async () => {
    const files = { "g.toml": "rules = " };
    await expect(Sentry.create(POLICY, { files })).rejects.toThrow(PolicyError);
    expect((await lint(POLICY, { files })).map(({ code }) => code)).toEqual(["toml/syntax"]);
    await expect(Sentry.create(POLICY)).rejects.toThrow('`redact.gitleaks` names the file "g.toml"');
  });
});
