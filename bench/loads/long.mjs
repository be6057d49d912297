// Long subjects of honest work: scripts of 8 KB on a command line, and kilobytes of a conversation.

import { chance } from "../rules/random.mjs";
import { eventLine } from "./events.mjs";
import { grow } from "./grow.mjs";
import { session } from "./session.mjs";

/** @typedef {import("a3s-sentry").Sentry} Sentry */

const LINES = 24;

/** What the session says in a field of a kind of event. @param {Sentry} sentry @param {string} kind */
function subjects(sentry, kind) {
  return session.flatMap((line) => {
    const trace = sentry.explain(line);
    return trace?.kind === kind && /^[\x20-\x7e\s]+$/.test(trace.subject) ? [trace.subject] : [];
  });
}

/** @param {Sentry} sentry no rule of it fits any of them @returns {{ name: string, lines: string[] }[]} */
export function longLoads(sentry) {
  const by = chance(8192);
  const commands = subjects(sentry, "ToolExec").map((command) => `${command}\n`);
  const talk = subjects(sentry, "SslContent").flatMap((content) => content.match(/.{1,80}/gs) ?? []);
  /** @param {string} kind @param {number} bytes @param {string[]} fragments */
  const lines = (kind, bytes, fragments) =>
    by.times(LINES, () => {
      const isQuiet = (/** @type {string} */ text) => sentry.classify(eventLine(kind, text))?.rule === undefined;
      const text = grow(bytes, fragments, by, isQuiet);
      if (text === undefined) throw new Error(`no long subject of ${kind} fits no rule`);
      return eventLine(kind, text);
    });
  return [
    { name: "command lines of 8 KB", lines: lines("ToolExec", 8192, commands) },
    { name: "content of 1 KB", lines: lines("SslContent", 1024, talk) },
  ];
}
