// Lines again and again, each time as events of another agent: what was judged before is known, and costs less.

/** So many agents in turn: more events than are known at a time. */
export const AGENTS = 512;

/** @param {string} text lines @param {number} time @returns {string} of the same length each time */
export function anew(text, time) {
  const name = String(time % 1_000_000).padStart(6, "0");
  return text.replaceAll('"identity":{"agent":"', `"identity":{"agent":"${name}-`);
}

/**
 * A function that returns the next of the values that `make` makes of the lines, each time of another agent.
 * @template T @param {readonly string[]} lines @param {(lines: string[]) => T} make @returns {() => T}
 */
export function inTurn(lines, make) {
  const text = lines.join("\n");
  const times = anew(text, 0) === text ? 1 : AGENTS;
  const values = Array.from({ length: times }, (_, time) => make(anew(text, time).split("\n")));
  let turn = 0;
  return () => /** @type {T} */ (values[turn++ % times]);
}
