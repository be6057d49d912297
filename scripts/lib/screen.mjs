// Lines for a terminal: as wide as it is, coloured where it can be.
import process from "node:process";

const WIDTH = Math.min(process.stdout.columns || 100, 120);

export function print(line) {
  process.stdout.write(`${line}\n`);
}

/** A text on one line that leaves `taken` columns free; what is too much is cut off. */
export function oneLine(text, taken = 0) {
  const width = WIDTH - taken;
  const plain = text.replace(/\s+/gu, " ").replace(/\p{Cc}/gu, "·");
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}

/** Red for a block and yellow for an open escalation, on a terminal. */
export function painted(text, outcome) {
  const color = { block: 31, "block?": 31, "allow?": 33 }[outcome];
  const colorful = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return colorful && color !== undefined ? `\x1b[${color}m${text}\x1b[0m` : text;
}
