// Renders a score as a table.

import Table from "cli-table3";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { formatNumber } from "../../util/format.js";
import type { Colors } from "../io.js";
import { type Hits, rates, type Score, type Tally } from "./score.js";

const MAX_NAME_CHARS = 40;

export function scoreTable({ groups, total }: Score, colors: Colors): string {
  const numbers = Array<"right">(8).fill("right");
  const table = new Table({
    colAligns: ["left", ...numbers],
    style: { head: [], border: [], compact: true },
  });
  const title = (content: string) => ({ content: colors.bold(content), colSpan: 3, hAlign: "center" as const });
  table.push(["", "", "", title("blocked"), title("flagged (block or escalate)")]);
  table.push(["group", "attacks", "benign", ...HEADS, ...HEADS].map((head) => colors.bold(head)));
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [group, tally] of sorted) table.push(row(escapeTerminal(group).slice(0, MAX_NAME_CHARS), tally));
  table.push(row("total", total).map((cell) => colors.bold(cell)));
  return table.toString();
}

const HEADS = ["recall", "precision", "false pos."];

function row(name: string, tally: Tally): string[] {
  const { attacks, benign, blocked, flagged } = tally;
  return [name, formatNumber(attacks), formatNumber(benign), ...shares(blocked, tally), ...shares(flagged, tally)];
}

function shares(hits: Hits, tally: Tally): string[] {
  const { recall, precision, falsePositives } = rates(hits, tally);
  return [recall, precision, falsePositives].map(percent);
}

/**
 * Rounds to a tenth, but only 0 becomes 0 % and only 1 becomes 100 %: one false alarm in a million
 * must show.
 */
function percent(share: number | null): string {
  if (share === null) return "-";
  if (share > 0 && share < 0.0005) return "<0.1%";
  if (share < 1 && share > 0.9995) return ">99.9%";
  return `${(share * 100).toFixed(1)}%`;
}
