// The policies of a soak: each version marks its decisions, and a truncated version is invalid.

/** So many rules block, each what no other does: an event that none of them blocks was judged by less than a whole policy. */
export const BLOCKING = 21;
/** All rules of a version. */
export const RULES = BLOCKING + 1;

/** By kind, in turns over the rules. @type {readonly { kind: string, action: string }[]} */
export const KINDS = [
  { kind: "ToolExec", action: "deny-exec" },
  { kind: "FileAccess", action: "deny-file" },
  { kind: "Egress", action: "deny-egress" },
];

/** @param {number} index */
export function kindOf(index) {
  const found = KINDS[index % KINDS.length];
  if (found === undefined) throw new RangeError(`no kind for ${index}`);
  return found;
}

/** What a rule of a version is called: `index`, or `ask` for the one that escalates. @param {number} version @param {number | "ask"} which */
export function ruleName(version, which) {
  return `soak-v${version}-${which}`;
}

/** The reason of every decision by a version's rule. @param {number} version @param {number | "ask"} which */
export function reason(version, which) {
  return `${ruleName(version, which)}: version ${version}`;
}

/** The name of a target, as the subject of an event begins with it. @param {number} index @param {string} turn */
export function target(index, turn) {
  return kindOf(index).kind === "Egress" ? `${turn}.k${index}.soak.example` : `/soak/k${index}/${turn}`;
}

/**
 * One list, so that its text is none before the last bracket.
 * @param {number} version
 */
export function policyText(version) {
  const rules = Array.from({ length: BLOCKING }, (_, index) => {
    const { kind, action } = kindOf(index);
    const match = kind === "Egress" ? `\\.k${index}\\.soak\\.example:` : `^/soak/k${index}/`;
    return rule(version, index, `on = "${kind}" match = \`${match}\` verdict = "block" action = "${action}"`);
  });
  rules.push(rule(version, "ask", 'on = "ToolExec" match = `^/soak/ask ` verdict = "escalate"'));
  return `rules = [\n${rules.join(",\n")}\n]\n`;
}

/** A version with a mistake in its last rule. @param {number} version */
export function badText(version) {
  return policyText(version).replace('verdict = "escalate"', 'verdict = "escalte"');
}

/** @param {number} version @param {number | "ask"} which @param {string} rest */
function rule(version, which, rest) {
  return `  { name = "${ruleName(version, which)}" ${rest} severity = "medium" reason = "version ${version}" }`;
}
