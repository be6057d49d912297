// Lines for the terminal: cut to its width, coloured where it has colours.

import process from "node:process";

const WIDTH = Math.min(process.stdout.columns || 100, 120);

/** @param {string} line */
export function print(line) {
  process.stdout.write(`${line}\n`);
}

/** The text on one line, cut off where fewer than `taken` columns would be left free. @param {string} text */
export function oneLine(text, taken = 0) {
  const width = WIDTH - taken;
  const plain = text.replace(/\s+/gu, " ").replace(/\p{Cc}/gu, "·");
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}

/** @type {Readonly<Record<string, number>>} */
const COLOURS = { block: 31, "block?": 31, "allow?": 33 };

/** The text in red for a block and yellow for an unresolved escalation, on a terminal. @param {string} text @param {string} outcome */
export function coloured(text, outcome) {
  const colour = COLOURS[outcome];
  const { NO_COLOR, TERM } = process.env;
  const hasColours = process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb";
  return hasColours && colour !== undefined ? `\x1b[${colour}m${text}\x1b[0m` : text;
}
