// Renders packs for people: all of them as a table, and one with its rules and cases.

import type { Rule, Verdict } from "@a3s-sentry/core";
import Table from "cli-table3";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { formatCount, formatNumber } from "../../util/format.js";
import type { Colors } from "../io.js";
import type { PackName } from "./options.js";

/** How many of the attacks and of the everyday events fit a rule of the pack. */
export interface PackFigures {
  readonly attacks: number;
  readonly benign: number;
}

export interface Figures {
  /** The number of all overt attacks. */
  readonly attacks: number;
  /** The number of all everyday events. */
  readonly benign: number;
  readonly packs: Readonly<Record<PackName, PackFigures>>;
}

export interface Pack {
  readonly name: PackName;
  /** Whether it is on unless a policy switches it off. */
  readonly isOn: boolean;
  readonly rules: readonly PackRule[];
  readonly figures: PackFigures;
}

export type PackRule = Pick<Rule, "name" | "on" | "verdict" | "severity" | "reason">;

/** An event that the rules of a pack are tested with. */
export interface Case {
  readonly kind: string;
  readonly subject: string;
  readonly expect: Verdict;
  /** The rule that decides; `null` for an event that the pack leaves alone. */
  readonly rule: string | null;
  /** What its commands do, as `reads /etc/shadow`. */
  readonly effects: readonly string[];
}

export function packTable(packs: readonly Pack[], { attacks, benign }: Figures, colors: Colors): string {
  const table = new Table({
    colAligns: ["left", "left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  table.push(["pack", "by default", "rules", "attacks flagged", "benign flagged"].map((head) => colors.bold(head)));
  for (const { name, isOn, rules, figures } of packs) {
    const numbers = [rules.length, figures.attacks, figures.benign].map(formatNumber);
    table.push([name, isOn ? colors.green("on") : "off", ...numbers]);
  }
  return (
    `${table}\n` +
    `of ${formatCount(attacks, "overt attack")} and ${formatCount(benign, "everyday event")}; ` +
    "`a3s-sentry packs NAME` shows the rules of one\n"
  );
}

export function packPage(pack: Pack, cases: readonly Case[], { attacks, benign }: Figures, colors: Colors): string {
  const { name, isOn, rules, figures } = pack;
  const blocks = rules.map((rule) => {
    const { verdict, severity, reason, on } = rule;
    const fitting = cases.filter((one) => one.rule === rule.name);
    const lines = fitting.flatMap((one) => [`  ${verdict}  ${caseLine(one)}`, ...effectLines(one, colors)]);
    return [colors.bold(rule.name), `  ${verdict}, ${severity}: ${reason} (${on.join(", ")})`, ...lines, ""].join("\n");
  });
  const left = cases.filter((one) => one.rule === null);
  return [
    `${colors.bold(name)}, ${isOn ? "on" : "off"} by default: ${formatCount(rules.length, "rule")}`,
    `flags ${formatNumber(figures.attacks)} of ${formatCount(attacks, "overt attack")}, ` +
      `and ${formatNumber(figures.benign)} of ${formatCount(benign, "everyday event")}\n`,
    ...blocks,
    colors.bold("left alone"),
    ...left.flatMap((one) => [`  ${caseLine(one)}`, ...effectLines(one, colors)]),
    "",
  ].join("\n");
}

function caseLine({ kind, subject }: Case): string {
  return `${kind} ${escapeTerminal(subject)}`;
}

function effectLines({ effects }: Case, colors: Colors): string[] {
  return effects.map((effect) => colors.dim(`       ${escapeTerminal(effect)}`));
}
