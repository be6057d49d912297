// The files for editors: the grammar over the stock policies, and what each editor starts.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { beforeAll, describe, expect, it } from "vitest";
import textmate, { type IGrammar, type IOnigLib } from "vscode-textmate";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");

/** Without the package's own types, which need those of a browser. */
interface Oniguruma {
  readonly loadWASM: (bytes: ArrayBuffer) => Promise<void>;
  readonly OnigScanner: new (patterns: string[]) => ReturnType<IOnigLib["createOnigScanner"]>;
  readonly OnigString: new (text: string) => ReturnType<IOnigLib["createOnigString"]>;
}

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma") as Oniguruma;

let grammar: IGrammar;

beforeAll(async () => {
  const wasm = createRequire(import.meta.url)
    .resolve("vscode-oniguruma")
    .replace("main.js", "onig.wasm");
  await oniguruma.loadWASM(readFileSync(wasm).buffer as ArrayBuffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () =>
      textmate.parseRawGrammar(read("editors/vscode/acl.tmLanguage.json"), "acl.tmLanguage.json"),
  });
  const loaded = await registry.loadGrammar("source.acl");
  if (loaded === null) throw new Error("the grammar does not load");
  grammar = loaded;
});

/** The tokens of a text that are not blank, each with its innermost scope. */
function tokens(text: string): (readonly [string, string])[] {
  let state = textmate.INITIAL;
  return text.split("\n").flatMap((line) => {
    const read = grammar.tokenizeLine(line, state);
    state = read.ruleStack;
    return read.tokens
      .map(({ startIndex, endIndex, scopes }) => [line.slice(startIndex, endIndex), scopes.at(-1) ?? ""] as const)
      .filter(([token]) => token.trim() !== "");
  });
}

const scopeIn = (text: string, token: string): string | undefined =>
  tokens(text)
    .find(([found]) => found.trim() === token)?.[1]
    .replace(".acl", "");

describe("the TextMate grammar", () => {
  const policies = readdirSync(`${root}/examples/policies`).filter((name) => name.endsWith(".acl"));

  it.each([
    ...policies.map((name) => `examples/policies/${name}`),
    ...["examples/sentry.acl", "examples/tiers.acl", "core-rs/crates/core/src/policy/builtin.acl"],
  ])("gives each token of %s a scope, and finds nothing wrong", (path) => {
    const found = tokens(read(path));
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(([, scope]) => scope === "source.acl" || scope.startsWith("invalid"))).toEqual([]);
    expect(found.filter(([, scope]) => scope === "variable.other.acl")).toEqual([]);
  });

  it.each([
    ["# why", "#", "punctuation.definition.comment"],
    ["a = 1 // why", "why", "comment.line.double-slash"],
    ["/* a = 1\nb = 2 */ c = 3", "b = 2", "comment.block"],
    ["/* a */ c = 3", "c", "variable.other.property"],
    ['rule "a b" {', "rule", "keyword.other.block"],
    ['rule "a b" {', "a b", "entity.name.type"],
    ["deny {", "deny", "keyword.other.block"],
    ["deny { exec = 'a' }", "exec", "variable.other.property"],
    ["deny: { }", "deny", "variable.other.property"],
    ['tests = [{ "name" = "x" }]', '"name"', "variable.other.property"],
    ["a = true", "true", "constant.language"],
    ["a = -1.5e3", "-1.5e3", "constant.numeric"],
    ['a = env("X")', "env", "support.function"],
    ['a = "# \\n"', "\\n", "constant.character.escape"],
    ['a = "\\."', "\\.", "invalid.illegal.escape"],
    ['a = `\\.# "` # c', '\\.# "', "string.quoted.other"],
    ["a = `x\ny = 1` b = 2", "y = 1", "string.quoted.other"],
    ["a = `x\ny = 1` b = 2", "b", "variable.other.property"],
    ["a = <<END\nb = 1\nEND\nc = 2", "b = 1", "string.unquoted.heredoc"],
    ["a = <<END\nb = 1\n  END\nc = 2", "c", "variable.other.property"],
    ["ähm_1-x = 'it\\'s' b = 1", "ähm_1-x", "variable.other.property"],
    ["ähm_1-x = 'it\\'s' b = 1", "b", "variable.other.property"],
    ['a = "open\nb = 1', "b", "variable.other.property"],
    ["a = bare", "bare", "variable.other"],
  ])("in `%s` finds `%s`", (text, token, scope) => {
    expect(scopeIn(text, token)).toBe(scope);
  });
});

describe("each editor starts the server", () => {
  it("VS Code, by an extension whose files are there", () => {
    const manifest = JSON.parse(read("editors/vscode/package.json"));
    const { languages, grammars, configuration } = manifest.contributes;
    for (const path of [manifest.main, languages[0].configuration, grammars[0].path]) {
      expect(read(`editors/vscode/${path}`)).not.toBe("");
    }
    const command = configuration.properties["a3s-sentry.command"];
    // A folder that is opened must not choose what runs.
    expect(command).toMatchObject({ default: ["a3s-sentry", "lsp"], scope: "machine" });
    expect(manifest.version).toBe(JSON.parse(read("packages/node/package.json")).version);
  });

  it("VS Code, with the command of the settings", async () => {
    const started: unknown[] = [];
    class LanguageClient {
      constructor(...options: unknown[]) {
        started.push(options);
      }
      async start(): Promise<void> {
        started.push("start");
      }
      async stop(): Promise<void> {
        started.push("stop");
      }
    }
    const modules: Record<string, unknown> = {
      vscode: { workspace: { getConfiguration: () => ({ get: () => ["node", "main.js", "lsp"] }) } },
      "vscode-languageclient/node": { LanguageClient, TransportKind: { stdio: 0 } },
    };
    const exports: { activate?: () => Promise<void>; deactivate?: () => Promise<void> } = {};
    new Function("require", "exports", read("editors/vscode/extension.cjs"))((name: string) => modules[name], exports);
    await exports.activate?.();
    await exports.deactivate?.();
    expect(started).toEqual([
      [
        ...["a3s-sentry", { command: "node", args: ["main.js", "lsp"], transport: 0 }],
        { documentSelector: [{ language: "acl" }] },
      ],
      ...["start", "stop"],
    ]);
  });

  it("Neovim and Helix", () => {
    expect(read("editors/neovim/lsp/a3s_sentry.lua")).toContain("cmd = { 'a3s-sentry', 'lsp' }");
    expect(parse(read("editors/helix/languages.toml"))).toMatchObject({
      "language-server": { "a3s-sentry": { command: "a3s-sentry", args: ["lsp"] } },
      language: [{ name: "acl", "language-servers": ["a3s-sentry"], "file-types": ["acl"] }],
    });
  });
});
