// Where each host keeps its hooks, and what is written there.

import { homedir } from "node:os";
import { join } from "node:path";
import type { HostName } from "../../../guard/hosts/host-names.js";
import type { Io } from "../../io.js";
import type { HookOptions } from "../options.js";
import { hookCommand, hookWords, type Program } from "./hook-command.js";
import { pluginText } from "./opencode-plugin.js";

/** The time that hosts give a hook, in seconds: twice what it gives itself. */
export const HOST_TIMEOUT_S = 60;

/** One entry of a list in a JSON file that others write to, too. */
export interface ListEntry {
  /** The keys that lead to the list. */
  readonly path: readonly string[];
  readonly entry: object;
}

/** A file that the hook is written to. */
export type Place =
  | {
      readonly kind: "shared";
      readonly file: string;
      readonly entries: readonly ListEntry[];
      /** What a new file has besides. */
      readonly base: object;
    }
  | { readonly kind: "own"; readonly file: string; readonly text: string };

/** The folder of a host, which shows that it is in use. */
export function folderOf(host: HostName, env: Io["env"]): string {
  const { CLAUDE_CONFIG_DIR, CODEX_HOME, COPILOT_HOME, XDG_CONFIG_HOME } = env;
  const home = (...steps: string[]): string => join(homedir(), ...steps);
  switch (host) {
    case "claude-code":
      return CLAUDE_CONFIG_DIR || home(".claude");
    case "codex":
      return CODEX_HOME || home(".codex");
    case "copilot":
      return COPILOT_HOME || home(".copilot");
    case "cursor":
      return home(".cursor");
    case "gemini":
      return home(".gemini");
    case "antigravity":
      return home(".gemini", "config");
    case "opencode":
      return join(XDG_CONFIG_HOME || home(".config"), "opencode");
  }
}

/** The file of a host, and what to write. Throws a `CliError` for a path that cannot be quoted. */
export function placeOf(host: HostName, program: Program, options: HookOptions, env: Io["env"]): Place {
  const folder = folderOf(host, env);
  const command = hookCommand(host, program, options);
  const handler = { type: "command", command, timeout: HOST_TIMEOUT_S };
  const shared = (file: string, entries: readonly ListEntry[], base: object = {}): Place => ({
    kind: "shared",
    file: join(folder, file),
    entries,
    base,
  });
  switch (host) {
    case "claude-code": {
      const hooks = [{ ...handler, onFailure: "block" }];
      return shared("settings.json", [
        { path: ["hooks", "PreToolUse"], entry: { matcher: "*", hooks } },
        { path: ["hooks", "PreSkillShellCommand"], entry: { hooks } },
        { path: ["hooks", "UserPromptSubmit"], entry: { hooks } },
      ]);
    }
    case "codex":
      return shared("hooks.json", [
        { path: ["hooks", "PreToolUse"], entry: { hooks: [handler] } },
        { path: ["hooks", "UserPromptSubmit"], entry: { hooks: [handler] } },
      ]);
    case "copilot": {
      const preToolUse = [{ type: "command", bash: command, timeoutSec: HOST_TIMEOUT_S }];
      const text = `${JSON.stringify({ version: 1, hooks: { preToolUse } }, null, 2)}\n`;
      return { kind: "own", file: join(folder, "hooks", "a3s-sentry.json"), text };
    }
    case "cursor": {
      const entry = { command, timeout: HOST_TIMEOUT_S, failClosed: true };
      const events = [
        "beforeShellExecution",
        "beforeMCPExecution",
        "preToolUse",
        "beforeReadFile",
        "beforeSubmitPrompt",
      ];
      const entries = events.map((event) => ({ path: ["hooks", event], entry }));
      return shared("hooks.json", entries, { version: 1 });
    }
    case "gemini": {
      // In milliseconds.
      const hooks = [{ ...handler, name: "a3s-sentry", timeout: HOST_TIMEOUT_S * 1000 }];
      return shared("settings.json", [{ path: ["hooks", "BeforeTool"], entry: { matcher: "*", hooks } }]);
    }
    case "antigravity": {
      const hooks = [{ type: "command", command }];
      return shared("hooks.json", [{ path: ["a3s-sentry", "PreToolUse"], entry: { matcher: ".*", hooks } }]);
    }
    case "opencode":
      return {
        kind: "own",
        file: join(folder, "plugins", "a3s-sentry.js"),
        text: pluginText(hookWords(host, program, options), HOST_TIMEOUT_S),
      };
  }
}
