// Renders the output of `run` for a person at a terminal.

import { escapeTerminal } from "../util/escape-terminal.js";
import type { Colors } from "./io.js";

/** The width of the columns of the verdict and the severity. */
const COLUMN = 9;
/** Reasons and subjects are cut to the width of the terminal, or to this one if it is unknown. */
const DEFAULT_WIDTH = 100;

/** What is shown of a line of the output. */
interface OutputLine {
  readonly agent?: string;
  readonly event?: string;
  readonly subject?: string;
  readonly decision?: {
    readonly verdict: string;
    readonly severity: string;
    readonly reason: string;
    readonly resolution?: string;
  };
  readonly degraded?: string;
  readonly enforced?: string;
  readonly not_enforced?: string;
  readonly enforce_error?: string;
  readonly skipped?: string;
  /** What a person answered to the question about a call. */
  readonly approval?: string;
  /** What became of a call. */
  readonly outcome?: string;
  readonly id?: string | number;
  readonly pid?: number;
  readonly line?: number;
}

/** Renders lines of JSON, cut anywhere, as two lines of text each. */
export class AuditText {
  readonly #colors: Colors;
  readonly #width: () => number | undefined;
  readonly #decoder = new TextDecoder();
  /** A line that has not ended. */
  #open = "";

  /** `width` is the number of columns of the terminal, which may change. */
  constructor(colors: Colors, width: () => number | undefined) {
    this.#colors = colors;
    this.#width = width;
  }

  /** The text for the lines that end in the next bytes of the output. */
  render(output: Uint8Array): string {
    const lines = (this.#open + this.#decoder.decode(output, { stream: true })).split("\n");
    this.#open = lines.pop() ?? "";
    return lines.map((line) => `${this.#text(JSON.parse(line))}\n`).join("");
  }

  #text(line: OutputLine): string {
    const { skipped, decision, approval, subject = "" } = line;
    if (approval !== undefined) return approval.toUpperCase().padEnd(COLUMN) + this.#cut(subject, COLUMN);
    if (decision === undefined) {
      return this.#colors.dim(`${"SKIPPED".padEnd(COLUMN)}${skipped ?? ""}  ${labels(line)}`.trimEnd());
    }
    const { verdict, severity, reason, resolution } = decision;
    // A question mark says that no tier has resolved the escalation.
    const outcome = line.outcome ?? (resolution === undefined ? verdict : `${verdict}?`);
    const head = this.#colored(outcome, outcome.toUpperCase().padEnd(COLUMN)) + severity.padEnd(COLUMN);
    return `${head}${this.#cut(reason, 2 * COLUMN)}\n${" ".repeat(COLUMN)}${this.#eventText(line)}`;
  }

  #eventText(line: OutputLine): string {
    const { event = "not judged", subject = "", enforced, not_enforced: why, enforce_error: failed, degraded } = line;
    const marks = [
      ...(enforced === undefined ? [] : [`-> ${escapeTerminal(enforced)}`]),
      ...(why === undefined ? [] : [`[not denied: ${why}]`]),
      ...(failed === undefined ? [] : [this.#colors.red(`NOT WRITTEN: ${escapeTerminal(failed)}`)]),
      ...(degraded === undefined ? [] : [`[${degraded}]`]),
    ];
    const after = [...marks, this.#colors.dim(labels(line))].filter((mark) => mark !== "").join("  ");
    const taken = COLUMN + labels(line).length + 2 + (enforced === undefined ? 0 : enforced.length + 5);
    return `${this.#cut(`${event} ${subject}`, taken)}  ${after}`.trimEnd();
  }

  /** One line of text, cut so that `taken` columns stay free. */
  #cut(text: string, taken: number): string {
    const shown = escapeTerminal(text.replace(/[\t\n\r ]+/g, " "));
    const width = Math.max((this.#width() || DEFAULT_WIDTH) - taken, 20);
    return shown.length > width ? `${shown.slice(0, width - 1)}…` : shown;
  }

  #colored(outcome: string, text: string): string {
    if (outcome.startsWith("block") || outcome === "deny") return this.#colors.red(text);
    return outcome === "allow" ? this.#colors.green(text) : this.#colors.yellow(text);
  }
}

/** Who acted, and which line it was: `(py, pid 7)`. */
function labels({ agent, pid, id, line }: OutputLine): string {
  const parts = [
    ...(agent === undefined ? [] : [escapeTerminal(agent)]),
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(id === undefined ? [] : [`id ${escapeTerminal(String(id))}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ];
  return parts.length === 0 ? "" : `(${parts.join(", ")})`;
}
