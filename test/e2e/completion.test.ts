// Completions, tested in the installed shells.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAIN, run, scratch } from "./command.js";

/** Makes a folder with two files, and a `bin` with the command. */
function setUp(): { cwd: string; env: Record<string, string> } {
  const cwd = scratch();
  mkdirSync(join(cwd, "bin"));
  writeFileSync(join(cwd, "bin/a3s-sentry"), `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`);
  chmodSync(join(cwd, "bin/a3s-sentry"), 0o755);
  writeFileSync(join(cwd, "site policy.acl"), "");
  writeFileSync(join(cwd, "session.ndjson"), "");
  const { PATH } = process.env;
  return { cwd, env: { PATH: `${join(cwd, "bin")}:${PATH}`, HOME: cwd, TERM: "dumb" } };
}

describe("bash", () => {
  const complete = (words: readonly string[], { cwd, env } = setUp()): string[] => {
    const script = `source <(a3s-sentry completion bash)
      COMP_WORDS=(a3s-sentry "$@"); COMP_CWORD=$#; _a3s_sentry 2>/dev/null
      printf '%s\\n' "\${COMPREPLY[@]}"; complete -p a3s-sentry >&2`;
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script, "bash", ...words], {
      cwd,
      env,
      encoding: "utf8",
    });
    expect(stderr).toBe("complete -F _a3s_sentry a3s-sentry\n");
    return stdout.split("\n").filter((line) => line !== "");
  };

  it.each([
    [
      [""],
      [
        "run",
        "check",
        "explain",
        "eval",
        "fmt",
        "init",
        "diff",
        "test",
        "packs",
        "lsp",
        "hook",
        "serve",
        "approve",
        "mcp",
        "deny",
        "ship",
        "worker",
        "policy",
        "fleet",
        "convert",
        "preview",
        "replay",
        "completion",
      ],
    ],
    [["e"], ["explain", "eval"]],
    [["-"], ["--version", "--help"]],
    [
      ["run", "--d"],
      ["--date", "--decisions", "--dry-run"],
    ],
    [
      ["run", "--dry-run", "--f"],
      ["--file-deny", "--fail-closed"],
    ],
    [
      ["run", "--policy", "s"],
      ["session.ndjson", "site policy.acl"],
    ],
    [
      ["run", "--policy", "=", "s"],
      ["session.ndjson", "site policy.acl"],
    ],
    [["run", "-p", "si"], ["site policy.acl"]],
    [["run", ""], []],
    [
      ["deny", ""],
      ["list", "add", "remove", "sync", "why", "expire"],
    ],
    [["deny", "add", ""], []],
    [
      ["convert", ""],
      ["tetragon", "falco", "auditd", "ai-sdk", "openai-agents"],
    ],
    [
      ["deny", "list", "--kind", ""],
      ["egress", "file", "exec"],
    ],
    [
      ["deny", "why", "--audit", "s"],
      ["session.ndjson", "site policy.acl"],
    ],
    [["run", "--speculate", "h"], ["high"]],
    [
      ["run", "--skills", "s"],
      ["session.ndjson", "site policy.acl"],
    ],
    [["run", "--llm-key", ""], []],
    [["run", "--workers", ""], []],
    [["run", "--llm-t"], ["--llm-timeout"]],
    [["check", "se"], ["session.ndjson"]],
    [["check", "a.acl", "se"], ["session.ndjson"]],
    [["eval", "--decisions", "out", "se"], ["session.ndjson"]],
    [["explain", ""], []],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["completion", "bash", ""], []],
    [["bogus", ""], []],
  ])("%j", (words, expected) => {
    expect(complete(words).toSorted()).toEqual(expected.toSorted());
  });

  it("executes nothing on the line", () => {
    const place = setUp();
    complete(["check", "$(touch pwned)"], place);
    complete(["check", "`touch pwned`", ";touch pwned;"], place);
    expect(existsSync(join(place.cwd, "pwned"))).toBe(false);
  });
});

describe("fish", () => {
  const installed = spawnSync("fish", ["--version"]).status === 0;

  it.skipIf(!installed).each([
    [
      "",
      [
        "approve",
        "check",
        "completion",
        "convert",
        "deny",
        "diff",
        "eval",
        "explain",
        "fleet",
        "fmt",
        "hook",
        "init",
        "lsp",
        "mcp",
        "packs",
        "policy",
        "preview",
        "replay",
        "run",
        "serve",
        "ship",
        "test",
        "worker",
      ],
    ],
    ["run --d", ["--dry-run"]],
    ["check se", ["session.ndjson"]],
    ["completion z", ["zsh"]],
  ])("a3s-sentry %s", (line, expected) => {
    const { cwd, env } = setUp();
    const script = `a3s-sentry completion fish | source; complete --do-complete 'a3s-sentry ${line}'`;
    const stdout = execFileSync("fish", ["--no-config", "-c", script], { cwd, env, encoding: "utf8" });
    const found = stdout.split("\n").filter((text) => text !== "");
    expect(found.map((text) => text.split("\t")[0])).toEqual(expected);
  });
});

describe("zsh", () => {
  const installed = spawnSync("zsh", ["--version"]).status === 0;

  it.skipIf(!installed)("accepts the script", async () => {
    const { cwd, env } = setUp();
    const script = "autoload -U compinit; compinit -u; source <(a3s-sentry completion zsh); print $_comps[a3s-sentry]";
    expect(execFileSync("zsh", ["-fc", script], { cwd, env, encoding: "utf8" })).toBe("_a3s_sentry\n");
  });

  it("gets descriptions, colons escaped", async () => {
    const { stdout } = await run(["complete", "zsh", "--", "run", "--dry"]);
    expect(stdout).toBe("--dry-run:judge and audit, but write no deny-file (A3S_SENTRY_DRY_RUN)\n");
  });
});
