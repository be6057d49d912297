// What keeps a host from running an installed hook, as far as its files and its program show.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { HostName } from "../../../guard/hosts/host-names.js";
import type { Io } from "../../io.js";
import type { Installed } from "./installed.js";
import { valueIn } from "./json-tree.js";

const VERSION_TIMEOUT_MS = 10_000;

/** The first version of Claude Code that blocks what a failing hook guards. */
const ON_FAILURE_SINCE = [2, 1, 295] as const;

export async function hostProblems(
  host: HostName,
  { file, text }: Exclude<Installed, { state: "absent" }>,
  env: Io["env"],
): Promise<string[]> {
  switch (host) {
    case "claude-code":
    case "copilot":
      return [...switchProblems(file, text), ...(host === "claude-code" ? await versionProblems(env) : [])];
    case "codex":
      return trustProblems(file);
    case "gemini":
      return /"enableHooks"\s*:\s*false/.test(text) ? [`\`${file}\` switches hooks off with \`enableHooks\``] : [];
    default:
      return [];
  }
}

function switchProblems(file: string, text: string): string[] {
  const settings: unknown = valueIn(file, text);
  const isOff =
    typeof settings === "object" && settings !== null && "disableAllHooks" in settings && settings.disableAllHooks;
  return isOff ? [`\`${file}\` switches all hooks off with \`disableAllHooks\``] : [];
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
  let config = "";
  try {
    config = readFileSync(join(dirname(file), "config.toml"), "utf8");
  } catch {
    // Without the file, nothing is accepted.
  }
  if (config.includes(`"${file}:pre_tool_use:`)) return [];
  return ["Codex skips the hook until you accept it: start `codex`, and enter `/hooks`"];
}
