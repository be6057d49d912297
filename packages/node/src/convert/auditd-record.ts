// Reads one record of the Linux audit log, as auditd writes it and `ausearch --raw` prints it.

import { Buffer } from "node:buffer";
import { MalformedError } from "./converter.js";

/** One line of the log. An event is several of them, with the same serial. */
export interface AuditRecord {
  readonly type: string;
  /** The node, the time and the serial. */
  readonly event: string;
  /** The fields as written. */
  readonly fields: ReadonlyMap<string, string>;
  /** The names that auditd adds with `log_format = ENRICHED`: `SYSCALL`, `UID`, … */
  readonly names: ReadonlyMap<string, string>;
}

const HEAD = /^(?:node=(\S{1,255}) )?type=([A-Z][A-Z0-9_]{0,63}|UNKNOWN\[\d{1,5}\]) msg=audit\(([^)]{1,64})\) ?:/;
const STAMP = /^\d{1,12}\.\d{1,9}:\d{1,20}$/;
/** Separates the fields from the names. */
const ENRICHED = "\x1d";
const ENCODED = /^(?:[0-9A-Fa-f]{2})*$/;

/**
 * Reads a line; `undefined` for one that `ausearch` prints between events. Throws a
 * `MalformedError`.
 */
export function auditRecord(text: string): AuditRecord | undefined {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  const [head, node = "", type = "", stamp = ""] = HEAD.exec(line) ?? [];
  if (head === undefined) {
    if (line.trim() === "" || line === "----" || line.startsWith("time->")) return undefined;
    throw new MalformedError("it does not begin with `type=… msg=audit(…):`");
  }
  if (!STAMP.test(stamp)) throw new MalformedError("its time is not a number: use `ausearch --raw`, without `-i`");
  const body = line.slice(head.length);
  const cut = body.indexOf(ENRICHED);
  return {
    type,
    event: `${node} ${stamp}`,
    fields: fieldsOf(cut === -1 ? body : body.slice(0, cut)),
    names: fieldsOf(cut === -1 ? "" : body.slice(cut + 1)),
  };
}

/** A name or text that a process chose: in quotes, or in hexadecimal digits. */
export function decoded(value: string | undefined): string | undefined {
  if (value === undefined || value === "(null)") return undefined;
  if (value.startsWith('"')) return value.slice(1, value.endsWith('"') && value.length > 1 ? -1 : undefined);
  return ENCODED.test(value) ? Buffer.from(value, "hex").toString("utf8") : value;
}

/** `name=value` pairs. A value in quotes has no escapes: the kernel encodes one that contains a quote. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const equals = text.indexOf("=", at);
    if (equals === -1) break;
    const before = text.slice(at, equals);
    const name = before.slice(before.lastIndexOf(" ") + 1);
    const quote = text[equals + 1];
    const isQuoted = quote === '"' || quote === "'";
    const close = isQuoted ? text.indexOf(quote, equals + 2) : text.indexOf(" ", equals);
    const end = close === -1 ? text.length : close + (isQuoted ? 1 : 0);
    if (!fields.has(name)) fields.set(name, text.slice(equals + 1, end));
    at = end;
  }
  return fields;
}
