// The result of a run as one table, for a terminal or a document.

import Table from "cli-table3";
import { ratio } from "../measure.mjs";
import { isMet } from "../rows.mjs";
import { goalText, rounded, time } from "./text.mjs";

/** @typedef {import("../rows.mjs").Row} Row */
/** @typedef {import("../rows.mjs").Figure} Figure */

const HEAD = ["measurement", "per", "implementation", "time", "ratio"];
const FIGURES_HEAD = ["figure", "goal", "measured", "result"];

/** A line for each way; the first is what the others are compared to. @param {Row} row @returns {string[][]} */
function linesOf({ what, unit, ways }) {
  const [base] = Object.values(ways);
  return Object.entries(ways).map(([way, samples], i) => {
    const times = i === 0 || base === undefined ? "" : `${rounded(ratio(samples, base).median)} ×`;
    return [i === 0 ? what : "", i === 0 ? unit : "", way, time(samples), times];
  });
}

/** @param {Figure} figure */
function figureLine(figure) {
  const { median, low, high } = figure.measured;
  const measured = `${rounded(median)} (${rounded(low)}–${rounded(high)})`;
  return [figure.what, goalText(figure.goal, figure.unit), measured, isMet(figure) ? "met" : "missed"];
}

/** Cells that go on in the lines below are empty there. @param {readonly string[]} head @param {readonly string[][]} lines */
function forTerminal(head, lines) {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  const rows = lines.map((line, at) => {
    const next = lines.findIndex(([what], i) => i > at && what !== "");
    const rowSpan = (next < 0 ? lines.length : next) - at;
    if (rowSpan === 1 && line[0] !== "") return line;
    return line[0] === "" ? line.slice(2) : line.map((content, i) => (i < 2 ? { content, rowSpan } : content));
  });
  table.push(...rows);
  return table.toString();
}

/** @param {readonly string[]} head @param {readonly string[][]} lines */
function forDocument(head, lines) {
  const escaped = lines.map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  return [head, head.map(() => "---"), ...escaped].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** @param {readonly Row[]} rows */
export const table = (rows) => forTerminal(HEAD, rows.flatMap(linesOf));
/** @param {readonly Row[]} rows */
export const markdown = (rows) => forDocument(HEAD, rows.flatMap(linesOf));
/** @param {readonly Figure[]} figures */
export const figureTable = (figures) => forTerminal(FIGURES_HEAD, figures.map(figureLine));
/** @param {readonly Figure[]} figures */
export const figureMarkdown = (figures) => forDocument(FIGURES_HEAD, figures.map(figureLine));
