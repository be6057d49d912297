// What the command of a test runs, and does to files and hosts.

import { Sentry, toolExec } from "@a3s-sentry/core";
import { effectTexts } from "../explain-text.js";

/** The most commands that are shown. */
const MAX_COMMANDS = 10;

let reader: Promise<Sentry> | undefined;

/** The commands that a shell would run, a line each, with their effects; empty for a text without any. */
export async function commandLines(text: string): Promise<string> {
  reader ??= Sentry.create({}, { sae: null });
  const read = (await reader).explain(toolExec(0, ["sh", "-c", text]))?.commands;
  if (read === undefined) return "";
  const lines = read.commands.slice(0, MAX_COMMANDS).map(({ words, effects }) => {
    const does = effectTexts(effects);
    return does.length === 0 ? words.join(" ") : `${words.join(" ")}: ${does.join("; ")}`;
  });
  const more = Math.max(0, read.commands.length - MAX_COMMANDS) + read.more;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
