// The events that calls of well-known tools stand for.

import type { SentryEvent } from "../events/event.js";
import { absolutePath } from "./absolute-path.js";
import { patchedFiles } from "./patched-files.js";
import type { ToolCallInput } from "./types.js";
import { KEYS, TOOLS, type ToolUse } from "./well-known-tools.js";

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
  const uses = usesOf(call.tool);
  if (uses === undefined) return [];
  const args = objectOf(call.args);
  const context = { pid: call.pid ?? 0, cwd: call.cwd };
  const events = uses.flatMap((use) => eventsOf(use, args, context));
  if (events.length > MAX_TARGETS) throw new RangeError(`the call has more than ${MAX_TARGETS} files or addresses`);
  return events;
}

/** What a tool does; `undefined` for one that is not well known. */
export function usesOf(tool: string): readonly ToolUse[] | undefined {
  let uses = known.get(tool);
  if (uses === undefined && !known.has(tool)) {
    uses = TOOLS.get(nameOf(tool));
    if (known.size >= MAX_KNOWN) known.clear();
    if (tool.length <= MAX_KNOWN_NAME) known.set(tool, uses);
  }
  return uses;
}

/** What the tools of recent calls do: an agent has few tools, and normalising a name takes longest. */
const known = new Map<string, readonly ToolUse[] | undefined>();
const MAX_KNOWN = 1000;
const MAX_KNOWN_NAME = 128;

/** The last part of an MCP tool's name, in lower case and without separators. */
function nameOf(tool: string): string {
  const last =
    tool
      .slice(tool.lastIndexOf("__") + 1)
      .split(/[.:/]/)
      .at(-1) ?? "";
  return last.toLowerCase().replaceAll(/[_\- ]/g, "");
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
    case "fetch":
      return [
        ...textsAt(args, KEYS.url).flatMap((text) => addressesOf(urlsIn(text) ?? [`https://${text}`], context)),
        ...textsAt(args, KEYS.prose).flatMap((text) => addressesOf(urlsIn(text) ?? [], context)),
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

/** A command as an argument list is run as it is; a text is run by a shell. */
function commandsOf(args: Readonly<Record<string, unknown>>, context: Context): SentryEvent[] {
  const own = textsAt(args, KEYS.folder)[0];
  const at = own === undefined ? context : { ...context, cwd: absolutePath(own, context.cwd) };
  return KEYS.command.flatMap((key) => {
    const value = args[key];
    if (typeof value === "string" && value !== "") return [exec(["sh", "-c", value], at)];
    return Array.isArray(value) && value.length > 0 && value.every(isText) ? [exec(value, at)] : [];
  });
}

function exec(argv: readonly string[], { pid, cwd }: Context): SentryEvent {
  return { event: { ToolExec: { pid, argv, ...(cwd !== undefined && { cwd }) } } };
}

function fileAccess(pid: number, path: string, write: boolean): SentryEvent {
  return { event: { FileAccess: { pid, path, write } } };
}

function fileDelete(pid: number, path: string): SentryEvent {
  return { event: { FileDelete: { pid, path } } };
}

/** The URLs as connections, or as the files that they name. */
function addressesOf(urls: readonly string[], { pid }: Context): SentryEvent[] {
  return urls.flatMap((text): SentryEvent[] => {
    const url = parsed(text);
    if (url?.protocol === "file:") return [fileAccess(pid, absolutePath(`file://${url.pathname}`, undefined), false)];
    if (url === undefined || url.hostname === "") return [];
    const peer = url.hostname.replaceAll(/[[\]]/g, "");
    return [{ event: { Egress: { pid, peer, port: portOf(url) } } }];
  });
}

/** The URLs with a scheme in a text; `undefined` without any. */
function urlsIn(text: string): string[] | undefined {
  const urls = text.split(/[\s"'<>`]+/).filter((word) => word.includes("://"));
  return urls.length === 0 ? undefined : urls.map(fromScheme);
}

/** Without what stands before the scheme, such as a bracket. */
function fromScheme(word: string): string {
  const end = word.indexOf("://");
  const [scheme = ""] = /[a-z][a-z0-9+.-]*$/i.exec(word.slice(Math.max(0, end - 32), end)) ?? [];
  return word.slice(end - scheme.length);
}

function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "http:" || protocol === "ws:" ? 80 : 443;
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
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
