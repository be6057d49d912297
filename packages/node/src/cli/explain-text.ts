// Renders the explanation of a decision as text.

import type {
  CommandsTrace,
  CommandTrace,
  Decision,
  Explanation,
  RuleSide,
  RuleTrace,
  SaeScore,
} from "@a3s-sentry/core";
import type { NotEnforced } from "../enforcer/target-check.js";
import { escapeTerminal } from "../util/escape-terminal.js";
import type { Colors } from "./io.js";

/** How much of a subject is shown on each side of the match, in UTF-16 code units. */
const CONTEXT = 60;
/** The most events of a call that are shown. */
const MAX_EVENTS = 20;

/** A command, and why its target would not go into a deny-file. */
export interface EnforcedCommand extends CommandTrace {
  readonly notEnforced?: NotEnforced;
}

interface EnforcedCommands extends Omit<CommandsTrace, "commands"> {
  readonly commands: readonly EnforcedCommand[];
}

/** An explanation, and why targets of actions would not go into a deny-file. */
export interface EnforcedExplanation extends Omit<Explanation, "commands"> {
  readonly notEnforced?: NotEnforced;
  readonly commands?: EnforcedCommands;
  /** The events that a call of a tool stands for, by which guards judge it too. */
  readonly standsFor?: readonly Pick<Explanation, "kind" | "subject" | "decision">[];
}

export function explanationText(explanation: EnforcedExplanation, final: Decision, colors: Colors): string {
  const { kind, sae } = explanation;
  // An SAE tier takes L1's place.
  const decision = sae ?? explanation.decision;
  const lines = [
    `${colors.bold(kind)}  ${subject(explanation, colors)}`,
    "",
    field(
      sae === undefined ? "L1" : "SAE",
      `${verdict(decision, colors)} (${decision.severity}) ${escapeTerminal(decision.reason)}`,
    ),
  ];
  if (sae === undefined && explanation.span !== undefined) lines.push(field("matched", matched(explanation, colors)));
  if (sae === undefined) lines.push(...sides(explanation));
  if (final !== decision) lines.push(field("final", `${verdict(final, colors)} ${escapeTerminal(final.reason)}`));
  if (decision.action !== undefined) {
    const why = explanation.notEnforced === undefined ? "" : ` (not denied: ${explanation.notEnforced})`;
    lines.push(field("action", `${decision.action.kind} ${escapeTerminal(decision.action.target)}${why}`));
  }
  if (decision.risk !== undefined) lines.push(field("risk", `${decision.risk.name} (${decision.risk.category})`));
  if (decision.evidence === "partial") lines.push(field("evidence", "partial: the collector truncated this event"));
  if (sae?.explain !== undefined) lines.push(...scored(sae.explain));
  if (explanation.commands !== undefined) lines.push(...commands(explanation.commands, colors));
  if (explanation.standsFor !== undefined) lines.push(...standsFor(explanation.standsFor, colors));
  lines.push("", `rules for ${kind}, in order:`, ...explanation.rules.map((rule) => ruleLine(rule, colors)));
  return lines.join("\n");
}

/** What the site's rules and the built-in ones say, and which of the two decides. */
function sides({ site, builtin, why }: EnforcedExplanation): string[] {
  const words = (side: RuleSide | undefined): string =>
    side === undefined ? "no rule matches" : `${side.verdict} by ${escapeTerminal(side.rule)}`;
  return [field("site", words(site)), field("built-in", words(builtin)), field("why", escapeTerminal(why))];
}

/** The events that a call stands for. */
function standsFor(events: NonNullable<EnforcedExplanation["standsFor"]>, colors: Colors): string[] {
  const shown = events.slice(0, MAX_EVENTS).map(({ kind, subject, decision }) => {
    const by = decision.rule === undefined ? "" : ` by ${escapeTerminal(decision.rule)}`;
    const start = subject.length > 2 * CONTEXT ? `${subject.slice(0, 2 * CONTEXT)}…` : subject;
    return `  ${verdict(decision, colors)} (${decision.severity})${by}: ${kind} ${escapeTerminal(start)}`;
  });
  const more = events.length > MAX_EVENTS ? [`  and ${events.length - MAX_EVENTS} more`] : [];
  return ["", "a guard judges the call also as these events, and the gravest decision counts:", ...shown, ...more];
}

/** The commands of a shell text, of a wrapper, or of what could not be read; nothing for a plain one. */
function commands({ commands: read, more, opaque, decided }: EnforcedCommands, colors: Colors): string[] {
  const isPlain = ({ wrappers, uncovered, effects }: CommandTrace): boolean =>
    wrappers.length === 0 && uncovered.length === 0 && effects.every(({ effect }) => effect === "mentions");
  if (opaque.length === 0 && (read.length === 0 || (read.length === 1 && read.every(isPlain)))) return [];
  return [
    "",
    "commands, as read:",
    ...read.flatMap((command, at) => [
      commandLine(command, at === decided ? colors.green("=>") : "  "),
      ...commandNotes(command, colors).map((note) => `       ${note}`),
    ]),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...opaque.map((what) => `  not understood: ${what}`),
  ];
}

function commandLine({ words, wrappers, folder, piped, understood }: CommandTrace, mark: string): string {
  const notes = [
    ...(wrappers.length > 0 ? [`by ${wrappers.join(", ")}`] : []),
    ...(folder === undefined ? [] : [`in ${folder}`]),
    ...(understood ? [] : ["partly unknown"]),
  ];
  const text = words.map((word) => (/^[\w@%+=:,./~$-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
  const shown = shorten(text);
  return `  ${mark} ${piped ? "| " : ""}${escapeTerminal(shown)}${notes.length > 0 ? escapeTerminal(`  (${notes.join("; ")})`) : ""}`;
}

/** The decision on a command that a rule fits, what does not cover it, and the target. */
function commandNotes(command: EnforcedCommand, colors: Colors): string[] {
  const { rule, why, uncovered, target, notEnforced, effects } = command;
  const denied = notEnforced === undefined ? "" : ` (not denied: ${notEnforced})`;
  return [
    ...effectTexts(effects).map(escapeTerminal),
    ...(rule === undefined ? [] : [`${verdict(command, colors)} by ${escapeTerminal(`${rule}: ${why}`)}`]),
    ...uncovered.map(escapeTerminal),
    ...(target === undefined ? [] : [`DenyExec ${escapeTerminal(target)}${denied}`]),
  ];
}

/** `reads A, B`: a text for each kind of effect. */
export function effectTexts(effects: CommandTrace["effects"]): string[] {
  const lines = new Map<string, string[]>();
  for (const { effect, of } of effects) lines.set(effect, [...(lines.get(effect) ?? []), of]);
  return [...lines].map(([effect, of]) => shorten(`${effect} ${of.join(", ")}`));
}

function shorten(text: string): string {
  return text.length > 4 * CONTEXT ? `${text.slice(0, 4 * CONTEXT)}…` : text;
}

function scored({ harmful, safety, categories, drivers }: SaeScore): string[] {
  const shares = Object.entries(categories).map(([name, share]) => `${escapeTerminal(name)} ${share}`);
  const lines = [field("score", `harmful ${harmful}, safety ${safety}`)];
  if (shares.length > 0) lines.push(field("categories", shares.join(", ")), "", "drivers, the largest first:");
  for (const { concept, category, source, activation, contribution } of drivers) {
    lines.push(
      `  ${contribution} ${escapeTerminal(concept)} (${escapeTerminal(category)}, ${source}, activation ${activation})`,
    );
  }
  return lines;
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(12)}${value}`;
}

function verdict({ verdict: word }: Pick<Decision, "verdict">, colors: Colors): string {
  const color = { allow: colors.green, block: colors.red, escalate: colors.yellow }[word];
  return color(word);
}

function subject({ subject: text, span }: EnforcedExplanation, colors: Colors): string {
  if (span === undefined) return cut(text, 0, 2 * CONTEXT, colors);
  const before = text.slice(Math.max(0, span.start - CONTEXT), span.start);
  const dots = span.start > CONTEXT ? colors.dim("…") : "";
  const matched = cut(text.slice(span.start, span.end), 0, 2 * CONTEXT, colors);
  return `${dots}${escapeTerminal(before)}${colors.inverse(matched)}${cut(text.slice(span.end), 0, CONTEXT, colors)}`;
}

/** The matched text and its offsets in the subject, for output without colors. */
function matched({ subject: text, span }: EnforcedExplanation, colors: Colors): string {
  if (span === undefined) return "";
  return `\`${cut(text.slice(span.start, span.end), 0, 2 * CONTEXT, colors)}\` at ${span.start}..${span.end}`;
}

function cut(text: string, start: number, maxChars: number, colors: Colors): string {
  const shown = escapeTerminal(text.slice(start, start + maxChars));
  return text.length > start + maxChars ? shown + colors.dim("…") : shown;
}

function ruleLine(rule: RuleTrace, colors: Colors): string {
  const mark = {
    decided: colors.green("=>"),
    shadowed: colors.yellow(" ~"),
    overridden: colors.yellow(" ~"),
    "no-match": colors.dim("  "),
  }[rule.outcome];
  const name = rule.outcome === "decided" ? colors.bold(escapeTerminal(rule.name)) : escapeTerminal(rule.name);
  return `  ${mark} ${name} ${colors.dim(`(${rule.origin}, ${rule.verdict})`)} ${escapeTerminal(rule.why)}`;
}
