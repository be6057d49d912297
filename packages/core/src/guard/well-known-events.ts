// The events that calls of well-known tools stand for.

import type { SentryEvent } from "../events/event.js";
import { absolutePath } from "./absolute-path.js";
import { patchedFiles } from "./patched-files.js";
import { fileAccess, fileDelete, urlsIn, visits } from "./target-events.js";
import type { ToolCallInput } from "./types.js";
import { KEYS, type ToolUse, useOf } from "./well-known-tools.js";

/** The most files and addresses of one call. */
const MAX_TARGETS = 1000;

interface Context {
  readonly pid: number;
  readonly cwd: string | undefined;
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
  const events = eventsOf(use, objectOf(call.args), { pid: call.pid ?? 0, cwd: call.cwd });
  if (events.length > MAX_TARGETS) throw new RangeError(`the call has more than ${MAX_TARGETS} files or addresses`);
  return events;
}

/** The arguments as an object. Hosts write some as the text of their JSON. */
export function objectOf(args: unknown): Readonly<Record<string, unknown>> {
  if (typeof args === "object" && args !== null) return Array.isArray(args) ? { input: args } : { ...args };
  if (typeof args !== "string") return {};
  try {
    const value: unknown = JSON.parse(args);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // No JSON: the text is the only argument.
  }
  return { input: args };
}

function eventsOf(use: ToolUse, args: Readonly<Record<string, unknown>>, context: Context): SentryEvent[] {
  const { pid, cwd } = context;
  switch (use) {
    case "run":
      return commandsOf(args, context);
    case "run-powershell":
      return textsAt(args, KEYS.command).map((text) => exec(["pwsh", "-Command", text], context));
    case "run-python":
      return textsAt(args, KEYS.code).map((text) => exec(["python3", "-c", text], context));
    case "read":
    case "search":
      return pathsAt(args, KEYS.path, cwd).map((path) => fileAccess(pid, path, false));
    case "write":
      return pathsAt(args, KEYS.path, cwd).map((path) => fileAccess(pid, path, true));
    case "delete":
      return pathsAt(args, KEYS.path, cwd).map((path) => fileDelete(pid, path));
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
        ...textsAt(args, KEYS.url).flatMap((text) => visits(urlsIn(text) ?? [`https://${text}`], pid)),
        ...textsAt(args, KEYS.prose).flatMap((text) => visits(urlsIn(text) ?? [], pid)),
      ];
    case "patch":
      return textsAt(args, KEYS.patch).flatMap((patch) =>
        patchedFiles(patch, MAX_TARGETS).map(({ path, change }) => {
          const absolute = absolutePath(path, cwd);
          return change === "delete" ? fileDelete(pid, absolute) : fileAccess(pid, absolute, true);
        }),
      );
  }
}

/**
 * A command as a list of words is run as it is, a text by a shell. A list of one word is a text too:
 * hosts differ. The arguments may be in `action`, as those of `local_shell`.
 */
function commandsOf(args: Readonly<Record<string, unknown>>, context: Context): SentryEvent[] {
  const { action } = args;
  const own = typeof action === "object" ? { ...args, ...action } : args;
  const folder = textsAt(own, KEYS.folder)[0];
  const at = folder === undefined ? context : { ...context, cwd: absolutePath(folder, context.cwd) };
  const byShell = (text: string): SentryEvent => exec(["sh", "-c", text], at);
  const events = textsAt(own, KEYS.commands).map(byShell);
  for (const key of KEYS.command) {
    const value = own[key];
    if (Array.isArray(value) && value.length > 1) events.push(exec(value.map(wordOf), at));
    else events.push(...textsAt(own, [key]).map(byShell));
  }
  return events;
}

/** A word of a command; a host that takes another value writes it as text. */
function wordOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function exec(argv: readonly string[], { pid, cwd }: Context): SentryEvent {
  return { event: { ToolExec: { pid, argv, ...(cwd !== undefined && { cwd }) } } };
}

function pathsAt(args: Readonly<Record<string, unknown>>, keys: readonly string[], cwd: string | undefined): string[] {
  return textsAt(args, keys).map((path) => absolutePath(path, cwd));
}

/** The texts at the keys: a text, or each of a list of texts. */
function textsAt(args: Readonly<Record<string, unknown>>, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const value = args[key];
    return (Array.isArray(value) ? value : [value]).filter(isText);
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
