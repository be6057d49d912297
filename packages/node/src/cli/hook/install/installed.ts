// What is installed in a host's settings now.

import type { HostName } from "../../../guard/hosts/host-names.js";
import type { Io } from "../../io.js";
import { type HookOptions, readOptions } from "../options.js";
import { readSettings } from "./change.js";
import { MARK, type Program } from "./hook-command.js";
import { changeTo } from "./install.js";
import { type Place, placeOf } from "./places.js";
import { oursIn } from "./shared-json.js";

/** What a host runs: a text for its shell, or a program with its arguments. */
export type Command = string | readonly string[];

export type Installed =
  | { readonly state: "absent"; readonly file: string }
  | {
      /** `changed`: not as `hook install` writes it with the same program, policy and socket. */
      readonly state: "installed" | "changed";
      readonly file: string;
      readonly text: string;
      readonly command: Command;
      readonly program: Program;
      readonly options: HookOptions;
    };

/** A hook that is installed. */
export type Present = Exclude<Installed, { state: "absent" }>;

/** Throws a `CliError` for settings that cannot be read. */
export function installedIn(host: HostName, env: Io["env"]): Installed {
  // Only where the files and the lists are counts here.
  const place = placeOf(host, { node: "/", main: "/" }, {}, env);
  const { file } = place;
  const text = readSettings(file);
  const command = text === undefined ? undefined : commandOf(place, text);
  if (text === undefined || command === undefined) return { state: "absent", file };
  const words = typeof command === "string" ? wordsOf(command) : command;
  const hookAt = words.indexOf("hook");
  const [node = "", main = ""] = words.slice(Math.max(0, hookAt - 2), hookAt);
  const program = { node, main };
  const options = optionsIn(words.slice(hookAt + 2));
  const { before, after } = changeTo(placeOf(host, program, options, env));
  return { state: before === after ? "installed" : "changed", file, text, command, program, options };
}

function optionsIn(words: readonly string[]): HookOptions {
  try {
    return readOptions(words);
  } catch {
    // It differs from what would be written, which is what is reported.
    return {};
  }
}

/** The first hook of ours. */
function commandOf(place: Place, text: string): Command | undefined {
  if (place.kind === "shared") return commandIn(place.entries.map(({ path }) => oursIn(place.file, text, path)));
  const plugin = /^const \[PROGRAM, \.\.\.WORDS\] = (\[.*\]);$/m.exec(text)?.[1];
  return plugin === undefined ? commandIn(parsed(text)) : (parsed(plugin) as string[]);
}

/** The first text in a JSON value that is a hook of ours. */
function commandIn(json: unknown): string | undefined {
  if (typeof json === "string") return json.includes(MARK) ? json : undefined;
  if (typeof json !== "object" || json === null) return undefined;
  return Object.values(json)
    .map((value) => commandIn(value))
    .find((command) => command !== undefined);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The words of a command that is quoted as `hook install` does. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
