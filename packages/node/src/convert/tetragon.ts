// Converts the JSON export of Tetragon: one object per line, as its `export-stdout` container and its
// log file have it.

import { posix } from "node:path";
import type { JsonObject } from "../guard/hosts/json-object.js";
import {
  baseName,
  type ConvertedEvent,
  type Converter,
  type Identity,
  jsonConverter,
  listOf,
  MalformedError,
  objectAt,
  portOf,
  processOf,
  textOf,
  u32,
  valueAt,
} from "./converter.js";

const HOOKS = ["process_kprobe", "process_lsm", "process_tracepoint", "process_uprobe"] as const;
/** Members of exported lines that record nothing to judge. */
const OTHERS = ["process_exit", "process_loader", "process_throttle", "rate_limit_info", "test"] as const;
/** Flags of a process whose arguments or path are not whole. */
const CUT = /(?:^| )(?:truncArgs|errorArgs|truncFilename|errorFilename|errorPathResolutionBuffer|miss)(?= |$)/;
/** What kernels put before the name of a system call. */
const SYSCALL = /^(?:__(?:x64|ia32|arm64)_)?sys_/;
const MAY_WRITE = 2;
const MAY_APPEND = 8;
/** Of the flags of `open`: not `O_RDONLY`. */
const ACCESS_MODE = 3;
const CONTAINER_ID_CHARS = 12;

export function tetragonConverter(): Converter {
  return jsonConverter((line) => {
    const exec = objectAt(line, "process_exec");
    if ("process" in exec) return executed(exec);
    const hook = HOOKS.map((name) => objectAt(line, name)).find((event) => "process" in event);
    if (hook !== undefined) return hooked(hook);
    if (OTHERS.some((name) => name in objectAt(line))) return [];
    throw new MalformedError("it has no `process_exec`, `process_kprobe` or other event of Tetragon");
  });
}

function executed({ process, parent }: JsonObject): ConvertedEvent[] {
  const { cwd, flags, arguments: words, uid, binary: program } = objectAt(process);
  const binary = textOf(program);
  if (binary === undefined) throw new MalformedError("`process` has no `binary`");
  const readings = readingsOf(textOf(words) ?? "");
  const isPartial = readings.length > 1 || CUT.test(textOf(flags) ?? "");
  const event = {
    pid: pidOf(process),
    ppid: u32(valueAt(parent, "pid")),
    uid: u32(uid),
    cwd: textOf(cwd),
    ...(isPartial && { argv_truncated: true }),
  };
  return readings.map((argv) => ({
    identity: identityOf(process),
    ...processOf(binary),
    event: { ToolExec: { ...event, argv: [binary, ...argv] } },
  }));
}

/**
 * The words of an `arguments` text. Tetragon joins them by spaces, puts quotes around those with a
 * space, and escapes nothing. So a text with several quotes can be read in two ways: each is judged.
 */
function readingsOf(text: string): string[][] {
  if (text === "") return [[]];
  // A first word in quotes has a space before it.
  const start = text.startsWith(' "') ? text.slice(1) : text;
  const [short, long] = [wordsOf(start, "first"), wordsOf(start, "last")];
  return short.length === long.length ? [short] : [short, long];
}

/** Ends a word in quotes at the first quote before a space, or at the last one of the text. */
function wordsOf(text: string, end: "first" | "last"): string[] {
  const last = text.endsWith('"') ? text.length - 1 : text.lastIndexOf('" ');
  const words: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const isQuoted = text[at] === '"' && at < last;
    const first = isQuoted && end === "first" ? text.indexOf('" ', at + 1) : -1;
    const close = isQuoted ? (first === -1 ? last : first) : -1;
    const space = close === -1 ? text.indexOf(" ", at) : close + 1;
    const next = space === -1 ? text.length : space;
    words.push(isQuoted ? text.slice(at + 1, close) : text.slice(at, next));
    at = next + 1;
  }
  return words;
}

/** What a hook of a tracing policy saw. Only functions whose arguments are known are judged. */
function hooked({ process, function_name: name, event: tracepoint, args }: JsonObject): ConvertedEvent[] {
  const called = (textOf(name) ?? textOf(tracepoint) ?? "").replace(SYSCALL, "sys_");
  const event = hookEvent(called, listOf(args), objectAt(process));
  return event === undefined
    ? []
    : [{ identity: identityOf(process), ...processOf(textOf(valueAt(process, "binary"))), event }];
}

function hookEvent(called: string, args: readonly unknown[], process: JsonObject): ConvertedEvent["event"] | undefined {
  const pid = pidOf(process);
  const numbers = args.map((arg) =>
    u32(valueAt(arg, "int_arg") ?? valueAt(arg, "uint_arg") ?? valueAt(arg, "size_arg")),
  );
  const number = numbers.find((value) => value !== undefined) ?? 0;
  const destination = args.map(destinationOf).find((found) => found !== undefined);
  if (destination !== undefined) {
    const [host, port] = destination;
    if (/bind|listen/.test(called)) return { SecurityAction: { pid, kind: "bind", detail: port } };
    return /connect|sendmsg|sendto/.test(called) && host !== "" ? { Egress: { pid, peer: host, port } } : undefined;
  }
  if (/ptrace/.test(called)) {
    return { SecurityAction: { pid, kind: "ptrace", detail: numbers.filter((value) => value !== undefined)[1] ?? 0 } };
  }
  // The start of a program, which `process_exec` reports too.
  if (/bprm/.test(called)) return undefined;
  const name = args.map(pathOf).find((found) => found !== undefined);
  if (name === undefined) return undefined;
  const path = posix.isAbsolute(name) ? name : posix.join(textOf(valueAt(process, "cwd")) ?? "", name);
  if (/unlink|rmdir/.test(called)) return { FileDelete: { pid, path } };
  return { FileAccess: { pid, path, write: isWrite(called, number) } };
}

function isWrite(called: string, number: number): boolean {
  if (/permission/.test(called)) return (number & (MAY_WRITE | MAY_APPEND)) !== 0;
  if (/sys_open/.test(called)) return (number & ACCESS_MODE) !== 0;
  return /write|truncate|creat|rename|mknod|chmod|chown|setattr|link/.test(called);
}

function destinationOf(arg: unknown): [host: string, port: number] | undefined {
  const { sock_arg: sock, sockaddr_arg: address, skb_arg: packet } = objectAt(arg);
  const { daddr, dport, addr, port } = { ...objectAt(packet), ...objectAt(sock), ...objectAt(address) } as JsonObject;
  const host = textOf(daddr) ?? textOf(addr);
  return host === undefined ? undefined : [host, portOf(dport ?? port)];
}

function pathOf(arg: unknown): string | undefined {
  const { file_arg: file, path_arg: path, linux_binprm_arg: program, string_arg: text } = objectAt(arg);
  const found = [file, path, program]
    .map((value) => textOf(valueAt(value, "path")))
    .find((value) => value !== undefined);
  return found ?? textOf(text);
}

function pidOf(process: unknown): number {
  const pid = u32(valueAt(process, "pid"));
  if (pid === undefined) throw new MalformedError("`process` has no `pid`");
  return pid;
}

/** The agent is the container, otherwise the program. */
function identityOf(process: unknown): Identity {
  const { docker, binary, pid } = objectAt(process);
  const container = textOf(docker)?.slice(0, CONTAINER_ID_CHARS);
  return { agent: container ?? textOf(baseName(textOf(binary) ?? "")), task: String(u32(pid) ?? "") };
}
