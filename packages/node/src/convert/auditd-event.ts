// Makes events of the records of one event of the Linux audit log.

import { Buffer } from "node:buffer";
import { posix } from "node:path";
import { type AuditRecord, decoded } from "./auditd-record.js";
import { baseName, type ConvertedEvent, processOf, u32 } from "./converter.js";

/** Names of system calls by architecture and number, where auditd did not write the name. */
const SYSCALLS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // x86_64
  c000003e: {
    ...{ 2: "open", 42: "connect", 44: "sendto", 46: "sendmsg", 49: "bind", 76: "truncate", 82: "rename", 85: "creat" },
    ...{ 90: "chmod", 91: "fchmod", 92: "chown", 101: "ptrace", 188: "setxattr", 257: "openat", 260: "fchownat" },
    ...{ 264: "renameat", 268: "fchmodat", 316: "renameat2", 437: "openat2", 452: "fchmodat2" },
  },
  // aarch64
  c00000b7: {
    ...{ 5: "setxattr", 38: "renameat", 45: "truncate", 52: "fchmod", 53: "fchmodat", 54: "fchownat", 56: "openat" },
    ...{ 117: "ptrace", 200: "bind", 203: "connect", 206: "sendto", 211: "sendmsg", 276: "renameat2" },
    ...{ 437: "openat2", 452: "fchmodat2" },
  },
};

/** The argument that has the flags of an opened file. */
const FLAGS: Readonly<Record<string, string>> = { open: "a1", openat: "a2" };
const ACCESS_MODE = 3;
const CHANGES = /^(?:creat|f?truncate|f?chmod|fchmodat2?|[fl]?chown|fchownat|l?setxattr)/;
/** Requests of `ptrace` that read or change another process: not `PTRACE_TRACEME`. */
const TRACE_ME = 0;
const NO_SESSION = "4294967295";
const [AF_INET, AF_INET6] = [2, 10];

/** The records of one event, and whether some of them were dropped because there were too many. */
export interface AuditEvent {
  readonly records: readonly AuditRecord[];
  readonly isCut: boolean;
}

/** Nothing without a `SYSCALL` record: then no process is named. */
export function auditEvents({ records, isCut }: AuditEvent): ConvertedEvent[] {
  const call = records.find(({ type }) => type === "SYSCALL");
  const pid = u32(call?.fields.get("pid"));
  if (call === undefined || pid === undefined) return [];
  const exe = decoded(call.fields.get("exe"));
  const session = call.fields.get("ses");
  const identity = {
    agent: decoded(call.fields.get("comm")) || (exe === undefined ? undefined : baseName(exe)),
    session: session === NO_SESSION ? undefined : session,
    task: String(pid),
  };
  const cwd = decoded(records.find(({ type }) => type === "CWD")?.fields.get("cwd"));
  const hasRun = records.some(({ type }) => type === "EXECVE");
  // If a program could not be started, `exe` is still the one that tried.
  const process = hasRun && call.fields.get("success") === "no" ? {} : processOf(exe);
  const events = hasRun ? [executed(records, call, pid, cwd, isCut)] : otherEvents(records, call, pid, cwd);
  return events.filter((event) => event !== undefined).map((event) => ({ identity, ...process, event }));
}

type EventObject = ConvertedEvent["event"];

function executed(
  records: readonly AuditRecord[],
  { fields }: AuditRecord,
  pid: number,
  cwd: string | undefined,
  isCut: boolean,
): EventObject | undefined {
  const { argv, isPartial } = argumentsOf(records);
  if (argv.length === 0) return undefined;
  const ids = { ppid: u32(fields.get("ppid")), uid: u32(fields.get("uid")) };
  return { ToolExec: { pid, ...ids, cwd, argv, ...((isPartial || isCut) && { argv_truncated: true }) } };
}

/**
 * The words of `EXECVE` records. A long word is in parts, `a1[0]=… a1[1]=…`, over several records.
 * Words or parts that are missing make the evidence partial.
 */
function argumentsOf(records: readonly AuditRecord[]): { argv: string[]; isPartial: boolean } {
  const words = new Map<number, string[]>();
  const lengths = new Map<number, number>();
  let count = 0;
  for (const { type, fields } of records) {
    if (type !== "EXECVE") continue;
    for (const [name, value] of fields) {
      const [, digits, length] = /^a(\d{1,7})(?:\[\d{1,7}\]|(_len))?$/.exec(name) ?? [];
      if (name === "argc") count = Number(value);
      else if (length !== undefined) lengths.set(Number(digits), Number(value));
      else if (digits !== undefined) partsOf(words, Number(digits)).push(value);
    }
  }
  const order = [...words.keys()].sort((a, b) => a - b);
  const isWhole = order.length === count && order.at(-1) === count - 1;
  const isShort = [...lengths].some(([word, length]) => lengthOf(words.get(word) ?? []) < length);
  return { argv: order.map((word) => wordOf(words.get(word) ?? [])), isPartial: !isWhole || isShort };
}

function partsOf(words: Map<number, string[]>, word: number): string[] {
  const parts = words.get(word) ?? [];
  words.set(word, parts);
  return parts;
}

/** The bytes of all parts are decoded together: a character may be in two of them. */
function wordOf(parts: readonly string[]): string {
  if (parts.length === 1) return decoded(parts[0]) ?? "";
  const isEncoded = parts.every((part) => !part.startsWith('"'));
  return isEncoded ? (decoded(parts.join("")) ?? "") : parts.map((part) => decoded(part) ?? "").join("");
}

/** In digits or characters, as `a1_len` counts. */
function lengthOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + (part.startsWith('"') ? (decoded(part) ?? "").length : part.length), 0);
}

function otherEvents(
  records: readonly AuditRecord[],
  call: AuditRecord,
  pid: number,
  cwd: string | undefined,
): (EventObject | undefined)[] {
  const { fields, names } = call;
  const name = names.get("SYSCALL") ?? SYSCALLS[fields.get("arch") ?? ""]?.[fields.get("syscall") ?? ""] ?? "";
  if (name === "ptrace") {
    const detail = Number.parseInt(fields.get("a1") ?? "0", 16);
    return hex(fields.get("a0")) === TRACE_ME ? [] : [{ SecurityAction: { pid, kind: "ptrace", detail } }];
  }
  const address = records.find(({ type }) => type === "SOCKADDR")?.fields.get("saddr");
  if (address !== undefined) return [socketEvent(name, address, pid)];
  const isWrite = CHANGES.test(name) || (hex(fields.get(FLAGS[name] ?? "")) & ACCESS_MODE) !== 0;
  return records.filter(({ type }) => type === "PATH").map((record) => pathEvent(record, pid, cwd, isWrite));
}

function pathEvent(
  { fields }: AuditRecord,
  pid: number,
  cwd: string | undefined,
  isWrite: boolean,
): EventObject | undefined {
  const name = decoded(fields.get("name"));
  if (name === undefined || name === "") return undefined;
  const path = name.startsWith("/") || cwd === undefined ? name : posix.join(cwd, name);
  switch (fields.get("nametype")) {
    case "DELETE":
      return { FileDelete: { pid, path } };
    case "CREATE":
      return { FileAccess: { pid, path, write: true } };
    case "NORMAL":
    case undefined:
      return { FileAccess: { pid, path, write: isWrite } };
    default:
      // `PARENT` is the folder of another record.
      return undefined;
  }
}

/** `saddr` is a socket address in hexadecimal digits: the family in the machine's order, then the port. */
function socketEvent(name: string, saddr: string, pid: number): EventObject | undefined {
  const bytes = Buffer.from(saddr, "hex");
  if (bytes.length < 8) return undefined;
  const family = bytes.readUInt16LE(0);
  const port = bytes.readUInt16BE(2);
  const peer = family === AF_INET ? bytes.subarray(4, 8).join(".") : family === AF_INET6 ? ipv6(bytes) : undefined;
  if (peer === undefined) return undefined;
  if (name === "bind") return { SecurityAction: { pid, kind: "bind", detail: port } };
  return /^(?:connect|sendto|sendmsg)$/.test(name) ? { Egress: { pid, peer, port } } : undefined;
}

function ipv6(bytes: Buffer): string | undefined {
  if (bytes.length < 24) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(8 + 2 * i).toString(16));
  return groups.join(":");
}

/** A number in hexadecimal digits. 0 if there is none. */
function hex(text: string | undefined): number {
  const value = Number.parseInt(text ?? "", 16);
  return Number.isFinite(value) ? value : 0;
}
