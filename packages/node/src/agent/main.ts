#!/usr/bin/env node
// The command `a3s-sentry-agent`, an investigator for L3.

import { type ChatMessage, chatClient, failureOf, type Reply, withoutKey } from "@a3s-sentry/core/llm";
import { CommanderError } from "commander";
import { escapeTerminal, escapeTerminalLines } from "../util/escape-terminal.js";
import { type Flags, flagsOf } from "./command-line.js";
import { instructions } from "./instructions.js";
import { investigate } from "./investigate.js";
import { Model } from "./model.js";
import { NoAnswer } from "./no-answer.js";
import { readRecentEvents } from "./recent-events.js";
import { settingsFrom } from "./settings.js";
import { ownSkills, readSkills } from "./skills.js";

// The reader may be gone: without an answer on stdout, the exit code reports it.
process.stderr.on("error", () => {});
process.stdout.on("error", () => {
  process.exitCode = 1;
});

// Without top-level `await`, so that bundlers can make CommonJS of this file. A process that ends
// before its answer has failed.
process.exitCode = 1;
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

async function main(args: readonly string[]): Promise<0 | 1> {
  try {
    const flags = flagsOf(args, print, warn);
    const { verdict, severity, reason, form } = await answer(flags);
    const text = flags.json
      ? JSON.stringify({ verdict, severity, reason, ...(form === "unclean" && { form }) })
      : escapeTerminal(`${verdict} (${severity}): ${reason}`);
    print(`${text}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) warn(`error: ${escapeTerminalLines(messageOf(error))}\n`);
    return error instanceof CommanderError && error.exitCode === 0 ? 0 : 1;
  }
}

async function answer(flags: Flags): Promise<Reply> {
  const { endpoint, deadlineMs, recentEvents } = settingsFrom(process.env);
  const onSkipped = (why: string): void => warn(`warning: ${escapeTerminalLines(why)}\n`);
  const skills = readSkills(flags.skills ?? ownSkills(), onSkipped);
  const tools = recentEvents === undefined ? [] : [readRecentEvents(recentEvents)];
  const messages: ChatMessage[] = [
    { role: "system", content: instructions(skills) },
    { role: "user", content: flags.prompt },
    // The newest events at once: this saves a call, and some models cannot call tools.
    ...tools.map((tool) => ({ role: "user", content: tool.call({}) }) as const),
  ];
  const signal = AbortSignal.timeout(deadlineMs);
  const model = new Model(chatClient(endpoint), endpoint.model, signal);
  try {
    const reply = await investigate(model, messages, tools);
    return { ...reply, reason: withoutKey(reply.reason, endpoint.key) };
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer(signal.aborted ? `no answer within ${deadlineMs / 1000} s` : failureOf(error), { cause: error });
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

function warn(text: string): void {
  process.stderr.write(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "an unknown error";
}
