// Includes: files of the caller are spliced into a policy, and problems are shown in them.
import { describe, expect, it } from "vitest";
import { type Include, lint, PolicyError, type PolicySource, Sentry } from "../../src/entry/node.js";

const rule = (name: string, keys = ""): string =>
  `rule "${name}" { on = "Dns", match = "${name}", verdict = "block", severity = "low", reason = "r"${keys} }\n`;

/** Includes these files by their names. */
function from(files: Readonly<Record<string, string>>): Include {
  return (pattern) => (pattern in files ? [{ name: pattern, text: files[pattern] ?? "" }] : []);
}

async function rules(source: PolicySource, include: Include, format: "acl" | "toml" = "acl"): Promise<string[]> {
  const sentry = await Sentry.create(source, { include, format });
  const names = sentry.policy.rules.filter(({ origin }) => origin === "site").map(({ name }) => name);
  sentry.close();
  return names;
}

async function refused(source: string, include?: Include): Promise<PolicyError["diagnostics"]> {
  const error = await Sentry.create(source, include && { include }).catch((why: unknown) => why);
  return error instanceof PolicyError ? error.diagnostics : [];
}

describe("include", () => {
  it("stands for its files, in every form of a policy", async () => {
    const include = from({ a: rule("a"), "b.toml": `include = { files = ["a"] }\nrules = []\n` });
    expect(await rules(`${rule("1")}include { files = ["a", "b.toml"] }\n${rule("2")}`, include)).toEqual([
      "1",
      "a",
      "a",
      "2",
    ]);
    expect(await rules('[include]\nfiles = ["a"]\n', include, "toml")).toEqual(["a"]);
    expect(await rules({ include: { files: ["a"] } }, include)).toEqual(["a"]);
    expect(await rules('{ "include": { "files": ["a"] } }', include)).toEqual(["a"]);
  });

  it("needs the caller's files", async () => {
    expect(await refused('include { files = ["a"] }')).toMatchObject([
      { code: "include/no-file", help: "give `Sentry.create` the option `include`", span: { line: 1, column: 20 } },
    ]);
  });

  it("shows each problem in its file, in ACL and TOML", async () => {
    const toml = 'rules = [{ name = "x", on = "Dns", match = "x", verdict = "blok", severity = "low", reason = "r" }]';
    const include = from({ "a.acl": `# é\n${rule("a", ', actoin = "deny-file"')}`, "b.toml": `# top\n${toml}` });
    const source = `fail_closd = true\ninclude { files = ["a.acl"] }\ninclude { files = ["b.toml"] }\nspeculate = "hi"`;
    const found = await lint(source, { name: "p.acl", include });
    expect(found.map(({ code, file, span }) => [code, file, span.line])).toEqual([
      ["policy/unknown-key", undefined, 1],
      ["policy/unknown-key", "a.acl", 2],
      ["policy/unknown-word", "b.toml", 2],
      ["policy/unknown-word", undefined, 4],
    ]);
    expect(found.map(({ frame }) => /--> (\S+)/.exec(frame)?.[1])).toEqual([
      "p.acl:1:1",
      expect.stringMatching(/^a\.acl:2:/),
      expect.stringMatching(/^b\.toml:2:/),
      "p.acl:4:13",
    ]);
  });

  it("reports cycles, depth, size and failures", async () => {
    const nested: Include = (pattern) => [{ name: pattern, text: `include { files = ["${pattern}x"] }` }];
    const wide: Include = (pattern) => [{ name: `${pattern}${Math.random()}`, text: 'include { files = ["w", "w"] }' }];
    const large = from({ a: `# ${"x".repeat(1 << 20)}` });
    const failing: Include = () => Promise.reject(new Error("the disk is on fire"));
    for (const [include, code] of [
      [from({ a: 'include { files = ["b"] }', b: 'include { files = ["a"] }' }), "include/cycle"],
      [nested, "include/depth"],
      [wide, "include/depth"],
      [large, "acl/limit-document"],
      [failing, "include/refused"],
      [from({ a: "rule {" }), "acl/unclosed"],
      [from({ a: "llm { url = 1 }" }), "include/setting"],
    ] as const) {
      expect((await refused('include { files = ["a"] }', include)).map((found) => found.code)).toContain(code);
    }
  });

  it("does not show secrets of the policy", async () => {
    const [found] = await lint('llm { url = "http://x", key = "hush" } include { files = ["none"] }', {
      include: from({}),
    });
    expect(found?.frame).toContain("key = ******");
  });
});
