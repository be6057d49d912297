// Converts the JSON output of Falco: one alert per line, with the fields that its rule prints.

import type { JsonObject } from "../guard/hosts/json-object.js";
import {
  type ConvertedEvent,
  type Converter,
  type Identity,
  jsonConverter,
  MalformedError,
  objectAt,
  portOf,
  processOf,
  textOf,
  u32,
} from "./converter.js";

const EXEC = /^(?:execve|execveat|clone3?|fork|vfork|spawn)$/;
const OPEN = /^(?:open|openat|openat2|creat|open_by_handle_at)$/;
const DELETE = /^(?:unlink|unlinkat|rmdir)$/;
const RENAME = /^(?:rename|renameat|renameat2)$/;
const CONNECT = /^(?:connect|sendto|sendmsg|sendmmsg)$/;
const WRITE_FLAGS = /O_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND)/;
/** A connection as Falco prints it: `10.0.0.1:4444->192.0.2.7:443`. */
const CONNECTION = /->\[?([0-9a-fA-F.:]{2,45}?)\]?:(\d{1,5})$/;
const CONTAINER_ID_CHARS = 12;

export function falcoConverter(): Converter {
  return jsonConverter((line) => {
    const { output_fields: fields, source = "syscall", rule } = objectAt(line);
    if (textOf(rule) === undefined) throw new MalformedError("it has no `rule`, so it is no alert of Falco");
    if (typeof fields !== "object" || fields === null) {
      throw new MalformedError("it has no `output_fields`: set `json_output: true`, and leave them included");
    }
    return source === "syscall" ? alertEvents(known(objectAt(fields))) : [];
  });
}

/** The fields without those that Falco could not fill. */
function known(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "<NA>" && value !== null));
}

function alertEvents(fields: JsonObject): ConvertedEvent[] {
  const identity = identityOf(fields);
  const pid = u32(fields["proc.pid"]) ?? 0;
  const text = (...names: readonly string[]): string | undefined =>
    names.map((name) => textOf(fields[name])).find((value) => value !== undefined);
  const type = text("evt.type", "syscall.type") ?? "";
  const process = processOf(text("proc.exepath"));
  const seen = (event: ConvertedEvent["event"]): ConvertedEvent => ({ identity, ...process, event });
  const path = text("fs.path.name", "evt.arg.path", "evt.arg.name", "fd.name");
  const to = CONNECT.test(type) || type === "" ? destinationOf(fields) : undefined;
  if (to !== undefined) return [seen({ Egress: { pid, ...to } })];
  if (DELETE.test(type) && path !== undefined) return [seen({ FileDelete: { pid, path } })];
  if (RENAME.test(type)) {
    const [from, target] = [text("fs.path.source", "evt.arg.oldpath"), text("fs.path.target", "evt.arg.newpath")];
    return [
      ...(from === undefined ? [] : [seen({ FileDelete: { pid, path: from } })]),
      ...(target === undefined ? [] : [seen({ FileAccess: { pid, path: target, write: true } })]),
    ];
  }
  if (type === "ptrace")
    return [seen({ SecurityAction: { pid, kind: "ptrace", detail: u32(fields["evt.arg.pid"]) ?? 0 } })];
  if (type === "bind") return [seen({ SecurityAction: { pid, kind: "bind", detail: portOf(fields["fd.sport"]) } })];
  const opened = text("fd.name", "fs.path.name", "evt.arg.name", "evt.arg.path");
  if ((OPEN.test(type) || type === "") && opened?.startsWith("/")) {
    return [seen({ FileAccess: { pid, path: opened, write: isWrite(fields, text) } })];
  }
  return EXEC.test(type) || type === "" ? executed(fields, pid, seen) : [];
}

function isWrite(fields: JsonObject, text: (...names: readonly string[]) => string | undefined): boolean {
  const { "evt.is_open_write": open } = fields;
  return open === true || open === "true" || WRITE_FLAGS.test(text("evt.arg.flags", "fd.flags", "evt.args") ?? "");
}

/**
 * The command. Falco joins its words by spaces without quotes, and cuts it at 4,096 bytes, so where a
 * word ends is not known: the evidence is partial.
 */
function executed(
  fields: JsonObject,
  pid: number,
  seen: (event: ConvertedEvent["event"]) => ConvertedEvent,
): ConvertedEvent[] {
  const words = (name: string): string[] => (textOf(fields[name]) ?? "").split(" ").filter((word) => word !== "");
  const cmdline = words("proc.cmdline");
  const program = textOf(fields["proc.exe"]) ?? textOf(fields["proc.exepath"]) ?? textOf(fields["proc.name"]);
  const argv = cmdline.length > 0 ? cmdline : program === undefined ? [] : [program, ...words("proc.args")];
  if (argv.length === 0) {
    throw new MalformedError("its rule prints no field to judge: add `%proc.cmdline` or `%fd.name` to its output");
  }
  const { "proc.ppid": ppid, "user.uid": uid, "proc.cwd": cwd } = fields;
  const exec = { pid, ppid: u32(ppid), uid: u32(uid), cwd: textOf(cwd), argv, argv_incomplete: true };
  return [seen({ ToolExec: exec })];
}

function destinationOf(fields: JsonObject): { peer: string; port: number } | undefined {
  const [, peer, port] = CONNECTION.exec(textOf(fields["fd.name"]) ?? "") ?? [];
  if (peer !== undefined) return { peer, port: portOf(port) };
  const { "fd.rip": remote, "fd.sip": server, "fd.rport": remotePort, "fd.sport": serverPort } = fields;
  const address = textOf(remote) ?? textOf(server);
  return address === undefined ? undefined : { peer: address, port: portOf(remotePort ?? serverPort) };
}

/** The agent is the container, otherwise the program. */
function identityOf(fields: JsonObject): Identity {
  const { "container.id": container, "proc.name": name, "proc.pid": pid } = fields;
  const id = textOf(container);
  const agent = id === undefined || id === "host" ? textOf(name) : id.slice(0, CONTAINER_ID_CHARS);
  return { agent, task: u32(pid) === undefined ? undefined : String(pid) };
}
