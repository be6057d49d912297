// Events as objects, in the shape that collectors send (docs/events.md), and as the JSON text that
// builders return.

import type { EventKind } from "../generated/wire.js";

/**
 * The judged fields of each kind of event, and the marks of a cut event. Other fields are ignored.
 *
 * Texts that are required must not be empty, except `content`. `pid`, `ppid`, `uid`, `layer` and
 * the id of a feature are unsigned 32-bit integers, `port` is an unsigned 16-bit integer.
 */
export interface EventFields {
  /** A command that ran. */
  readonly ToolExec: {
    readonly pid: number;
    /** The program and its arguments: one word or more. */
    readonly argv: readonly string[];
    readonly ppid?: number | null;
    readonly uid?: number | null;
    readonly cwd?: string | null;
    /** `true` where the collector cut the arguments: the decision then has partial evidence. */
    readonly argv_truncated?: boolean | null;
    readonly argv_incomplete?: boolean | null;
  };
  /** Text that went over TLS. */
  readonly SslContent: {
    readonly pid: number;
    readonly content: string;
    /** `true` for text that was received. Default `false`. */
    readonly is_read?: boolean;
  };
  /** An action that matters to the kernel's security. */
  readonly SecurityAction: {
    readonly pid: number;
    /** Such as `"setuid-root"`, `"ptrace"` or `"bind"`. */
    readonly kind: string;
    /**
     * An unsigned 64-bit integer: the traced pid, the port. Default 0. Above 2^53, use the builder.
     */
    readonly detail?: number | null;
  };
  /** An outgoing connection. */
  readonly Egress: {
    readonly pid: number;
    /** An IP address or a host name. */
    readonly peer: string;
    readonly port?: number | null;
    readonly sni?: string | null;
  };
  /** A name lookup. */
  readonly Dns: { readonly pid: number; readonly query: string };
  /** An opened file. */
  readonly FileAccess: {
    readonly pid: number;
    readonly path: string;
    /** `true` where it was opened for writing. Default `false`. */
    readonly write?: boolean;
  };
  /** A deleted file. */
  readonly FileDelete: { readonly pid: number; readonly path: string };
  /** Features of a sparse autoencoder that a model's answer activated. */
  readonly LlmActivations: {
    readonly pid: number;
    readonly layer?: number | null;
    readonly features?: readonly (readonly [id: number, activation: number])[];
  };
  /** A tool that an agent is about to call. */
  readonly ToolCall: {
    /** The tool's name, as the host has it. */
    readonly tool: string;
    /** The arguments: any value that has a JSON text. */
    readonly args: unknown;
    /** The MCP server that the tool is of. */
    readonly server?: string | null;
    /** The folder that relative paths are relative to. */
    readonly cwd?: string | null;
    readonly pid?: number | null;
  };
}

/** What stands beside `event` in the JSON object. Other members are ignored. */
export interface EventEnvelope {
  /** Who acted. */
  readonly identity?: {
    /** A pod's UID, a container's id or a process name. */
    readonly agent?: string | null;
    /** The pid as text. */
    readonly task?: string | null;
    readonly session?: string | null;
  };
  /** The model provider that the agent talks to. */
  readonly provider?: string | { readonly Other: string } | null;
  /** What the collector knows of the process; not judged. */
  readonly process?: object;
  readonly workload?: object;
  readonly observation?: object;
}

/**
 * One event as an object: a union by kind. `SentryEvent<"Dns">` is the member of one kind.
 *
 * @example
 * const event: SentryEvent = { identity: { agent: "coder" }, event: { Dns: { pid: 7, query: "x.oast.fun" } } };
 * sentry.classify(event)?.verdict; // "block"
 */
export type SentryEvent<K extends EventKind = EventKind> = {
  [Kind in K]: EventEnvelope & { readonly event: Readonly<Pick<EventFields, Kind>> };
}[K];

declare const eventKind: unique symbol;

/**
 * The JSON text of a {@link SentryEvent}, made by a builder. It is certainly an event, so its
 * decision is never `null`. `EventJson<"Dns">` is the text of one kind.
 */
export type EventJson<K extends EventKind = EventKind> = string & { readonly [eventKind]: K };

/** One event: its JSON text, the text's UTF-8 bytes, or an object. */
export type EventInput = string | Uint8Array | SentryEvent;
