// Event builders: each returns the JSON text of one event as a collector would send it.

import { MAX_EVENT_BYTES } from "../generated/boundary.js";
import type { EventKind } from "../generated/wire.js";
import { utf8Length } from "../util/text.js";
import * as check from "./check-argument.js";
import type { EventJson } from "./event.js";

/** Who acted, for the envelope of an event. */
export interface EventOptions {
  /** A pod's UID, a container's id or a process name. */
  readonly agent?: string;
  /** The model provider that the agent talks to. */
  readonly provider?: string;
  readonly session?: string;
  readonly task?: string;
}

/**
 * A command that an agent ran. Rules match `argv` joined by one space.
 *
 * All builders: `pid` is an unsigned 32-bit integer. They throw a `TypeError` that names an
 * argument of the wrong type or out of range, or an empty one that an event needs, and a
 * `RangeError` for an event of more than 16 MiB.
 *
 * @example
 * toolExec(1234, ["ls", "-la"]); // '{"event":{"ToolExec":{"pid":1234,"argv":["ls","-la"]}}}'
 */
export function toolExec(pid: number, argv: readonly string[], options?: EventOptions): EventJson<"ToolExec"> {
  return build("ToolExec", pid, `"argv":${check.texts("argv", argv)}`, options);
}

/**
 * An outgoing connection to `peer`, an IP address or a host name. `port` is from 0 to 65535. A
 * `peer` that is a URL or contains a port is a `TypeError`.
 *
 * @example
 * egress(1234, "169.254.169.254", 80, { agent: "py" });
 */
export function egress(pid: number, peer: string, port = 0, options?: EventOptions): EventJson<"Egress"> {
  return build("Egress", pid, `"peer":${check.peer(peer)},"port":${check.port(port)}`, options);
}

/**
 * An opened file: a path, or the `file://` URL of one. `write` is `true` if it was opened for
 * writing.
 *
 * @example
 * fileAccess(1234, "/etc/shadow");
 */
export function fileAccess(pid: number, path: string, write = false, options?: EventOptions): EventJson<"FileAccess"> {
  return build("FileAccess", pid, `"path":${check.path(path)},"write":${check.flag("write", write)}`, options);
}

/**
 * A deleted file: a path, or the `file://` URL of one.
 *
 * @example
 * fileDelete(1234, "/var/log/auth.log");
 */
export function fileDelete(pid: number, path: string, options?: EventOptions): EventJson<"FileDelete"> {
  return build("FileDelete", pid, `"path":${check.path(path)}`, options);
}

/**
 * A name lookup. A URL is a `TypeError`.
 *
 * @example
 * dns(1234, "api.example.com");
 */
export function dns(pid: number, query: string, options?: EventOptions): EventJson<"Dns"> {
  return build("Dns", pid, `"query":${check.hostName("query", query)}`, options);
}

/**
 * Text that went over TLS. `isRead` is `true` if it was received.
 *
 * @example
 * sslContent(1234, "POST /v1/messages HTTP/1.1");
 */
export function sslContent(
  pid: number,
  content: string,
  isRead = false,
  options?: EventOptions,
): EventJson<"SslContent"> {
  const fields = `"is_read":${check.flag("isRead", isRead)},"content":${check.text("content", content)}`;
  return build("SslContent", pid, fields, options);
}

/**
 * An action that matters to the kernel's security. `kind` is `"setuid-root"`, `"ptrace"` or
 * `"bind"`; `detail` (the traced pid, the port) is an unsigned 64-bit integer, given as a bigint
 * above `Number.MAX_SAFE_INTEGER`.
 *
 * @example
 * securityAction(1234, "ptrace", 4321);
 */
export function securityAction(
  pid: number,
  kind: string,
  detail: number | bigint = 0,
  options?: EventOptions,
): EventJson<"SecurityAction"> {
  const fields = `"kind":${check.nonEmpty("kind", kind)},"detail":${check.u64("detail", detail)}`;
  return build("SecurityAction", pid, fields, options);
}

/**
 * Features of a sparse autoencoder that a model's answer activated: pairs of an id and an
 * activation, a finite 32-bit float.
 *
 * @example
 * llmActivations(1234, 20, [[8801, 0.9]]);
 */
export function llmActivations(
  pid: number,
  layer: number,
  features: readonly (readonly [id: number, activation: number])[],
  options?: EventOptions,
): EventJson<"LlmActivations"> {
  const fields = `"layer":${check.u32("layer", layer)},"features":${check.features(features)}`;
  return build("LlmActivations", pid, fields, options);
}

/** What is known of a call beside the tool and its arguments. */
export interface ToolCallOptions extends EventOptions {
  /** The MCP server that the tool is of. */
  readonly server?: string;
  /** The folder that relative paths in the arguments are relative to. */
  readonly cwd?: string;
  readonly pid?: number;
}

/**
 * A tool that an agent is about to call. `args` is any value that has a JSON text.
 *
 * @example
 * toolCall("mcp__github__create_issue", { title: "A bug" }, { server: "github", agent: "coder" });
 */
export function toolCall(tool: string, args: unknown, options?: ToolCallOptions): EventJson<"ToolCall"> {
  return toolCallJson(tool, args, envelopeJson(options), options?.server, options?.cwd, options?.pid);
}

/** As {@link toolCall}, with the part of the envelope that many events share. */
export function toolCallJson(
  tool: unknown,
  args: unknown,
  envelope: string,
  server?: unknown,
  cwd?: unknown,
  pid?: unknown,
): EventJson<"ToolCall"> {
  const [before, after] = aroundArgs(tool, server, cwd, pid);
  return whole("ToolCall", before + check.json("args", args) + after, envelope);
}

/** The fields of a call before its arguments, and those after them. */
export function aroundArgs(
  tool: unknown,
  server: unknown,
  cwd: unknown,
  pid: unknown,
): readonly [before: string, after: string] {
  let after = "";
  if (server !== undefined) after += `,"server":${check.text("server", server)}`;
  if (cwd !== undefined) after += `,"cwd":${check.text("cwd", cwd)}`;
  if (pid !== undefined) after += `,"pid":${check.u32("pid", pid)}`;
  return [`"tool":${check.nonEmpty("tool", tool)},"args":`, after];
}

function build<K extends EventKind>(
  kind: K,
  pid: unknown,
  fields: string,
  options: EventOptions | undefined,
): EventJson<K> {
  return whole(kind, `"pid":${check.u32("pid", pid)},${fields}`, envelopeJson(options));
}

function whole<K extends EventKind>(kind: K, fields: string, envelope: string): EventJson<K> {
  const event = `"event":{"${kind}":{${fields}}}`;
  const json = `{${envelope}${event}}`;
  if (json.length * 3 > MAX_EVENT_BYTES && utf8Length(json) > MAX_EVENT_BYTES) {
    throw tooLarge();
  }
  return json as EventJson<K>;
}

export function tooLarge(): RangeError {
  return new RangeError(`the event is larger than ${MAX_EVENT_BYTES} bytes`);
}

/** The envelope's members before `"event"`, each with its comma. */
export function envelopeJson(options: EventOptions | undefined): string {
  if (options === undefined) return "";
  if (typeof options !== "object" || options === null) throw check.wrong("options", "an object", options);
  const identity = (["agent", "task", "session"] as const)
    .filter((key) => options[key] !== undefined)
    .map((key) => `"${key}":${check.text(key, options[key])}`);
  const members = identity.length === 0 ? "" : `"identity":{${identity.join(",")}},`;
  return options.provider === undefined ? members : `${members}"provider":${check.text("provider", options.provider)},`;
}
