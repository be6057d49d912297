// What keeps a host from running an installed hook, as far as its files and its program show.

import { dirname, join } from "node:path";
import { execa } from "execa";
import type { HostName } from "../../../guard/hosts/host-names.js";
import { isObject, type JsonObject } from "../../../guard/hosts/json-object.js";
import type { Io } from "../../io.js";
import { readSettings } from "./change.js";
import type { Present } from "./installed.js";
import { valueIn } from "./json-tree.js";

const VERSION_TIMEOUT_MS = 10_000;

/** The first version of Claude Code that blocks what a failing hook guards. */
const ON_FAILURE_SINCE = [2, 1, 295] as const;

/** Variables that load code into every program that the host starts, hooks included. */
const LOADING = /^(?:LD_|DYLD_|BASH_FUNC_|(?:BASH_ENV|SHELLOPTS|PS4)$)/;

/** Also looks at the settings of the project in the working directory, which may overrule the user's. */
export async function hostProblems(host: HostName, { file }: Present, env: Io["env"]): Promise<string[]> {
  const folder = dirname(file);
  switch (host) {
    case "claude-code":
      return [
        ...[file, ".claude/settings.json", ".claude/settings.local.json"].flatMap(claudeProblems),
        ...(await versionProblems(env)),
      ];
    case "codex":
      return [...trustProblems(file), ...[join(folder, "config.toml"), ".codex/config.toml"].flatMap(codexProblems)];
    case "gemini":
      return [file, ".gemini/settings.json"].flatMap(geminiProblems);
    default:
      return [];
  }
}

function claudeProblems(file: string): string[] {
  const { disableAllHooks, env } = settingsIn(file);
  const loading = isObject(env) ? Object.keys(env).filter((name) => LOADING.test(name)) : [];
  return [
    ...(disableAllHooks === true ? [`\`${file}\` switches all hooks off with \`disableAllHooks\``] : []),
    ...loading.map((name) => `\`${file}\` sets \`${name}\`, which loads code into the hook`),
  ];
}

function geminiProblems(file: string): string[] {
  const { hooksConfig } = settingsIn(file);
  const { enabled, disabled } = isObject(hooksConfig) ? hooksConfig : {};
  const isOff = enabled === false || (Array.isArray(disabled) && disabled.includes("a3s-sentry"));
  return isOff ? [`\`${file}\` switches the hook off with \`hooksConfig\``] : [];
}

function codexProblems(file: string): string[] {
  const isOff = /(?:^|[\s{,.])["']?hooks["']?\s*=\s*false/m.test(readSettings(file) ?? "");
  return isOff ? [`\`${file}\` switches hooks off`] : [];
}

/** The settings in a file, and none where there is no such file. */
function settingsIn(file: string): JsonObject {
  const text = readSettings(file);
  const settings = text === undefined ? undefined : valueIn(file, text);
  return isObject(settings) ? settings : {};
}

async function versionProblems(env: Io["env"]): Promise<string[]> {
  const { stdout, exitCode } = await execa("claude", ["--version"], {
    env,
    extendEnv: false,
    timeout: VERSION_TIMEOUT_MS,
    reject: false,
    stdin: "ignore",
  });
  const version = exitCode === 0 ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined;
  if (version === undefined || !isOlder(version.split(".").map(Number), ON_FAILURE_SINCE)) return [];
  return [
    `Claude Code ${version} lets a call go ahead if the hook takes too long: update to ${ON_FAILURE_SINCE.join(".")} or later`,
  ];
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((part, i) => part !== version[i]);
  return at !== -1 && (version[at] ?? 0) < (than[at] ?? 0);
}

/** Codex skips a hook that its user has not accepted. It keeps that in `config.toml`, by place and hash. */
function trustProblems(file: string): string[] {
  const config = readSettings(join(dirname(file), "config.toml")) ?? "";
  if (config.includes(`"${file}:pre_tool_use:`)) return [];
  return ["Codex skips the hook until you accept it: start `codex`, and enter `/hooks`"];
}
