// Makes events of what a person put into the event panel.

import {
  dns,
  egress,
  fileAccess,
  fileDelete,
  llmActivations,
  securityAction,
  sslContent,
  toolCall,
  toolExec,
} from "./load-core.js";
import type { EventSource } from "./protocol.js";

/** No rule reads the process id. */
const PID = 1;

/** What only a shell reads. A text without it is a list of words. */
const SHELL_SYNTAX = /["'`$\\|&;<>(){}*?[\]~#!\n=]/;

/** A command as typed, as `a3s-sentry explain` reads it: shell text goes to `sh`. */
export function eventOfCommand(text: string): string {
  return toolExec(PID, SHELL_SYNTAX.test(text) ? ["sh", "-c", text] : text.trim().split(/\s+/));
}

type Form = Extract<EventSource, { mode: "form" }>;

/** An event by a form. Throws an error that says what is wrong. */
export function eventOfForm({ kind, fields }: Form): string {
  const field = (name: string): string => fields[name] ?? "";
  const agent = field("agent").trim();
  const options = agent === "" ? {} : { agent };
  switch (kind) {
    case "ToolExec":
      return toolExec(PID, words(field("argv")), options);
    case "Egress":
      return egress(PID, field("peer").trim(), whole(field("port")), options);
    case "Dns":
      return dns(PID, field("query").trim(), options);
    case "FileAccess":
      return fileAccess(PID, field("path"), field("write") === "true", options);
    case "FileDelete":
      return fileDelete(PID, field("path"), options);
    case "SslContent":
      return sslContent(PID, field("content"), field("is_read") === "true", options);
    case "SecurityAction":
      return securityAction(PID, field("kind"), whole(field("detail")), options);
    case "LlmActivations":
      return llmActivations(PID, whole(field("layer")), features(field("features")), options);
    case "ToolCall":
      return toolCall(field("tool").trim(), argumentsOf(field("args")), options);
  }
}

/** One argument a line. */
function words(text: string): string[] {
  return text.split("\n").filter((line, index, all) => line !== "" || index < all.length - 1);
}

function whole(text: string): number {
  return text.trim() === "" ? 0 : Number(text);
}

/** The arguments of a tool, as JSON. */
function argumentsOf(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError('`args` must be JSON, such as `{"path":"/a"}`');
  }
}

/** Pairs `id:activation`, separated by blanks or commas. */
function features(text: string): [number, number][] {
  const pairs = text.split(/[\s,]+/).filter((pair) => pair !== "");
  return pairs.map((pair) => {
    const [id = "", activation = ""] = pair.split(":");
    return [Number(id), activation === "" ? 1 : Number(activation)];
  });
}
