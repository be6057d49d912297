// The events that calls of well-known tools stand for.

import type { SentryEvent } from "../events/event.js";
import { absolutePath } from "./absolute-path.js";
import { patchedFiles } from "./patched-files.js";
import { fileAccess, fileDelete, urlsIn, urlsOf, visits } from "./target-events.js";
import { type Arguments, argumentsIn, isText, objectOf, textsAt, valuesAt } from "./tool-arguments.js";
import type { ToolCallInput } from "./types.js";
import { KEYS, type SingleUse, useOf } from "./well-known-tools.js";

/** The most files and addresses of one call. */
const MAX_TARGETS = 1000;

/** The most UTF-16 units of the commands of one call, each counted as often as it is judged: more than an input has. */
const MAX_SIZE = 24 * 1024 * 1024;

const PATCH_BEGIN = "*** Begin Patch";

const READ_PATHS: readonly string[] = [...KEYS.path, ...KEYS.include];
const PATHS: readonly string[] = [...KEYS.path, ...KEYS.folder];

interface Context {
  readonly pid: number;
  readonly cwd: string | undefined;
  /** The folders that the arguments name, all of which a command is judged in. */
  readonly folders: readonly string[];
}

/**
 * The events that a call of a well-known tool of a coding agent stands for: commands, files and
 * hosts. Empty for another tool, and for arguments that the tool does not have.
 *
 * A tool of an MCP server counts by the last part of its name. Relative paths are made absolute by
 * the call's `cwd`. Throws a `RangeError` for a call with more than 1,000 files or addresses.
 *
 * @example
 * wellKnownEvents({ tool: "Read", args: { file_path: ".env" }, cwd: "/srv/app" });
 * // [{ event: { FileAccess: { pid: 0, path: "/srv/app/.env", write: false } } }]
 */
export function wellKnownEvents(call: ToolCallInput): readonly SentryEvent[] {
  const use = useOf(call.tool);
  if (use === undefined) return [];
  const events = use === "batch" ? eventsOfBatch(call) : eventsOfTool(use, call.args, call);
  if (events.length > MAX_TARGETS) throw new RangeError(`the call has more than ${MAX_TARGETS} files or addresses`);
  return events;
}

/** The events of all calls that one call makes. The hosts that have batches run none within a batch. */
function eventsOfBatch(call: ToolCallInput): SentryEvent[] {
  return listsIn(objectOf(call.args)).flatMap((item) => {
    const [own] = argumentsIn(item);
    const [tool] = own === undefined ? [] : textsAt(own, KEYS.tool);
    const use = tool === undefined ? undefined : useOf(tool);
    if (own === undefined || use === undefined || use === "batch") return [];
    return valuesAt(own, KEYS.toolArguments).flatMap((args) => eventsOfTool(use, args, call));
  });
}

function listsIn(args: object): unknown[] {
  return Object.values(args).flatMap((value): unknown[] => (Array.isArray(value) ? value : []));
}

function eventsOfTool(use: SingleUse, args: unknown, { pid = 0, cwd }: ToolCallInput): SentryEvent[] {
  const all = argumentsIn(args);
  const folders = all.slice(0, 1).flatMap((own) => textsAt(own, KEYS.folder));
  return all.flatMap((own) => eventsOf(use, withOnly(own), { pid, cwd, folders }));
}

/** An argument without a name of its own may be whatever the tool takes. */
function withOnly(args: Arguments): Arguments {
  const only = args.size === 1 ? args.get("input") : undefined;
  return only === undefined ? args : new Map([...args, ["path", only], ["url", only]]);
}

function eventsOf(use: SingleUse, args: Arguments, context: Context): SentryEvent[] {
  const { pid, cwd } = context;
  switch (use) {
    case "run":
      return commandsOf(args, context);
    case "run-powershell":
      return textsAt(args, KEYS.command).map((text) => exec(["pwsh", "-Command", text], pid, cwd));
    case "run-python":
      return textsAt(args, KEYS.code).map((text) => exec(["python3", "-c", text], pid, cwd));
    case "read":
      return pathsAt(args, READ_PATHS, cwd).map((path) => fileAccess(pid, path, false));
    case "search":
      return pathsAt(args, PATHS, cwd).map((path) => fileAccess(pid, path, false));
    case "write":
      return pathsAt(args, KEYS.path, cwd).map((path) => fileAccess(pid, path, true));
    case "delete":
      return pathsAt(args, PATHS, cwd).map((path) => fileDelete(pid, path));
    case "move":
      return [
        ...pathsAt(args, KEYS.from, cwd).map((path) => fileDelete(pid, path)),
        ...pathsAt(args, KEYS.to, cwd).map((path) => fileAccess(pid, path, true)),
      ];
    case "copy":
      return [
        ...pathsAt(args, KEYS.from, cwd).map((path) => fileAccess(pid, path, false)),
        ...pathsAt(args, KEYS.to, cwd).map((path) => fileAccess(pid, path, true)),
      ];
    case "fetch":
      return [
        ...textsAt(args, KEYS.url).flatMap((text) => visits(urlsOf(text), pid)),
        ...textsAt(args, KEYS.prose).flatMap((text) => visits(urlsIn(text), pid)),
      ];
    case "patch":
      return textsAt(args, KEYS.patch).flatMap((patch) => changes(patch, pid, cwd));
  }
}

function changes(patch: string, pid: number, cwd: string | undefined): SentryEvent[] {
  return patchedFiles(patch, MAX_TARGETS).map(({ path, change }) => {
    const absolute = absolutePath(path, cwd);
    return change === "delete" ? fileDelete(pid, absolute) : fileAccess(pid, absolute, true);
  });
}

/** The commands, in each of the folders that the arguments name: hosts read one of them. */
function commandsOf(args: Arguments, context: Context): SentryEvent[] {
  const own = textsAt(args, KEYS.folder);
  const folders = (own.length > 0 ? own : context.folders).map((folder) => absolutePath(folder, context.cwd));
  const rest = valuesAt(args, KEYS.words);
  const given = [...valuesAt(args, KEYS.commands), ...valuesAt(args, KEYS.command)];
  // Each command is judged in each folder, and with each list of words.
  const size = sizeOf(given) * (1 + rest.length) + sizeOf(rest) * given.length;
  if (size * Math.max(1, folders.length) > MAX_SIZE) throw new RangeError("the call has too many commands");
  const commands = [
    ...valuesAt(args, KEYS.commands).flatMap((value): unknown[] => (Array.isArray(value) ? value : [value])),
    ...valuesAt(args, KEYS.command).flatMap((value) => [value, ...withWords(value, rest)]),
  ];
  const argvs = commands.flatMap(argvsOf);
  return (folders.length === 0 ? [context.cwd] : [...new Set(folders)]).flatMap((cwd) =>
    argvs.flatMap((argv) => [exec(argv, context.pid, cwd), ...patchesIn(argv, context.pid, cwd)]),
  );
}

/** About as many UTF-16 units as the words have, also those of lists and of lists of lists. */
function sizeOf(words: readonly unknown[]): number {
  return words.flat(2).reduce((size: number, word) => size + wordOf(word).length + 1, 0);
}

/** A program whose arguments stand beside it. */
function withWords(program: unknown, values: readonly unknown[]): unknown[] {
  return values.map((words) => (Array.isArray(words) ? [program, ...words] : `${program} ${wordOf(words)}`));
}

/**
 * A command as a list of words is run as it is, a text by a shell. A list of one word is a text too:
 * hosts differ. A list of lists is one of commands.
 */
function argvsOf(command: unknown): string[][] {
  if (typeof command === "string") return command === "" ? [] : [["sh", "-c", command]];
  if (!Array.isArray(command)) return [];
  const lists = command.filter((item) => Array.isArray(item));
  if (lists.length > 0) return lists.map((words) => words.map(wordOf));
  return command.length > 1 ? [command.map(wordOf)] : command.filter(isText).map((text) => ["sh", "-c", text]);
}

/** Codex applies patches that stand in a command by itself. */
function patchesIn(argv: readonly string[], pid: number, cwd: string | undefined): SentryEvent[] {
  return argv.flatMap((word) => (word.includes(PATCH_BEGIN) ? changes(word, pid, cwd) : []));
}

/** A word of a command; a host that takes another value writes it as text. */
function wordOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function exec(argv: readonly string[], pid: number, cwd: string | undefined): SentryEvent {
  return { event: { ToolExec: { pid, argv, ...(cwd !== undefined && { cwd }) } } };
}

/** Some hosts cut the spaces around a path. */
function pathsAt(args: Arguments, keys: readonly string[], cwd: string | undefined): string[] {
  return textsAt(args, keys).flatMap((path) => {
    const cut = path.trim();
    const own = absolutePath(path, cwd);
    return cut === path ? [own] : [own, absolutePath(cut, cwd)];
  });
}
