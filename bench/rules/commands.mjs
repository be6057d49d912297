// Rules that ask for commands, as short as a document can say them.

import { options, paths, programs } from "./words.mjs";

/** @param {readonly string[]} words @param {number} at */
const pick = (words, at) => words[at % words.length] ?? "";

/** What a rule asks for, by its number: no command of the lines has all of it. @type {((at: number) => string)[]} */
const CONDITIONS = [
  (at) => `program="${pick(programs, at)}-${at}"`,
  (at) => `program="git"words=["branch-${at}"]`,
  (at) => `program="${pick(programs, at)}"flags=["--${pick(options, at).replace(/^-+/, "")}-${at}"]`,
  (at) => `operands=["${pick(paths, at)}-${at}/**"]`,
];

/** @param {number} count */
export function commandRules(count) {
  const rules = Array.from({ length: count }, (_, at) => {
    const condition = CONDITIONS[at % CONDITIONS.length]?.(at) ?? "";
    return `rule"c${at}"{command{${condition}}verdict="block"severity="low"reason="x"}\n`;
  });
  return rules.join("");
}
