// Checks, before any timing, that processes give the same decisions for the same lines.

import { readFileSync } from "node:fs";
import { timeOf } from "./timed.mjs";

/**
 * @param {Record<string, import("./timed.mjs").Command>} commands @param {string} input @param {string} output
 * @returns {number} audit lines
 */
export function mustAgree(commands, input, output) {
  const [first, ...others] = Object.entries(commands).map(([name, command]) => {
    timeOf(command, input, output);
    return { name, decisions: readFileSync(output, "utf8").trimEnd().split("\n").map(gist) };
  });
  if (first === undefined) return 0;
  for (const { name, decisions } of others) {
    const at = first.decisions.findIndex((decision, i) => decision !== decisions[i]);
    if (at < 0 && decisions.length === first.decisions.length) continue;
    const place = at < 0 ? first.decisions.length : at;
    throw new Error(
      `${first.name} and ${name} differ in audit line ${place + 1}: ${first.decisions[place]} and ${decisions[place]}`,
    );
  }
  return first.decisions.length;
}

/** @param {string} line */
function gist(line) {
  if (line === "") return "nothing";
  const { agent, decision } = JSON.parse(line);
  const { verdict, severity, rule, action } = decision;
  return JSON.stringify([agent, verdict, severity, rule, action]);
}
