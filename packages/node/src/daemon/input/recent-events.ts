// The events of an actor before an escalation, which L3 may ask for.

import { Buffer } from "node:buffer";
import { type EventFacts, type JudgedEvent, MAX_LINE_BYTES } from "@a3s-sentry/core";
import { HISTORY_BYTES, type History } from "./history.js";

const MAX_EVENTS = 50;
/**
 * Lines that are examined. Arguments can contain pids, and an attacker must not delay the stream
 * with them.
 */
const MAX_EXAMINED_LINES = 1000;
const NEWLINE = 10;

/**
 * Returns the last events of the same agent and pid before an event, one line each, oldest first,
 * from the {@link HISTORY_BYTES} before it. The line of the event begins before `offset` in the
 * input.
 */
export function recentEvents(
  event: JudgedEvent,
  offset: number,
  history: History,
  factsOf: (line: string) => Readonly<EventFacts> | null,
): string[] {
  const length = Buffer.byteLength(event.line);
  const bytes = history.before(offset + length, HISTORY_BYTES + length);
  const found: string[] = [];
  const pid = Buffer.from(pidText(event));
  let end = startOfLine(bytes, event.line);
  for (let examined = 0; end > 0 && examined < MAX_EXAMINED_LINES && found.length < MAX_EVENTS; examined++) {
    const at = bytes.lastIndexOf(pid, end - 1);
    if (at === -1) break;
    const start = bytes.lastIndexOf(NEWLINE, at) + 1;
    // The first line of the history may be cut, and is not an event then.
    const line = bytes.subarray(start, bytes.indexOf(NEWLINE, at));
    const text = line.length > MAX_LINE_BYTES ? "" : line.toString();
    const facts = factsOf(text);
    if (facts?.pid === event.pid && facts.agent === event.agent) found.unshift(text);
    end = start;
  }
  return found;
}

/**
 * Where the last line begins that contains a text; -1 if there is none. U+FFFD may stand for bytes
 * that are not UTF-8, so the longest part without it is searched.
 */
function startOfLine(bytes: Buffer, text: string): number {
  const parts = text.split("\ufffd");
  const at = bytes.lastIndexOf(parts.reduce((longest, part) => (part.length > longest.length ? part : longest)));
  return at === -1 ? -1 : bytes.lastIndexOf(NEWLINE, at) + 1;
}

/** Adds `recent` to an event: found when it is first read, and empty if that fails. */
export function withRecent(event: JudgedEvent, find: () => readonly string[]): JudgedEvent {
  let found: readonly string[] | undefined;
  return {
    ...event,
    get recent() {
      try {
        found ??= find();
      } catch {
        found = [];
      }
      return found;
    },
  };
}

/** The pid member as the line of the event writes it: a collector writes all its lines alike. */
function pidText({ line, pid }: JudgedEvent): string {
  return new RegExp(`"pid"\\s*:\\s*${pid}`).exec(line)?.[0] ?? `"pid":${pid}`;
}
