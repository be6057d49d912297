// The judge that is compared with: JSON.parse, and the same rules as regular expressions in a loop,
// written the usual way.

/** @typedef {import("a3s-sentry").Rule} Rule */
/** @typedef {{ pattern: RegExp, rule: Rule }} Compiled */
/** @typedef {{ verdict: string, tier: string, severity: string, reason: string, rule?: string, action?: { kind: string, target: string } }} Decision */

const ALLOW = Object.freeze({ verdict: "allow", tier: "Rules", severity: "info", reason: "no rule matched" });
/** @typedef {{ decision: Decision, line: string }} Found a line worth attention */
/** @type {Record<string, Set<string>>} */
const NEVER_DENIED = { Egress: new Set(["", "0.0.0.0", "::", "127.0.0.1", "::1", "localhost"]) };

/** What rules match, and what can be denied, of each kind of event; `undefined` where a field is missing or of a wrong type.
 * @type {Record<string, (event: any) => { subject: string, target?: string } | undefined>} */
const KINDS = {
  ToolExec: ({ argv }) => (Array.isArray(argv) ? { subject: argv.join(" "), target: argv[0] } : undefined),
  SslContent: ({ content }) => (typeof content === "string" ? { subject: content } : undefined),
  SecurityAction: ({ kind, detail = 0 }) => (typeof kind === "string" ? { subject: `${kind} ${detail}` } : undefined),
  Egress: ({ peer, port = 0 }) => (typeof peer === "string" ? { subject: `${peer}:${port}`, target: peer } : undefined),
  Dns: ({ query }) => (typeof query === "string" ? { subject: query } : undefined),
  FileAccess: ({ path }) => (typeof path === "string" ? { subject: path, target: path } : undefined),
  FileDelete: ({ path }) => (typeof path === "string" ? { subject: path, target: path } : undefined),
  LlmActivations: ({ layer = 0, features = [] }) => ({ subject: `${features.length} sae features @L${layer}` }),
};

export class PlainJudge {
  /** @type {Map<string, Compiled[]>} */
  #rules = new Map();

  /** @param {Compiled[]} rules in their order */
  constructor(rules) {
    for (const kind of Object.keys(KINDS)) {
      this.#rules.set(
        kind,
        rules.filter(({ rule }) => rule.on.some((on) => on === kind)),
      );
    }
  }

  /** @param {string} line @returns {Decision | null} `null` for what is not an event */
  classify(line) {
    if (!line.startsWith("{")) return null;
    let envelope;
    try {
      envelope = JSON.parse(line);
    } catch {
      return null;
    }
    const kind = Object.keys(envelope.event ?? {})[0] ?? "";
    const body = envelope.event?.[kind];
    const facts = Number.isInteger(body?.pid) ? KINDS[kind]?.(body) : undefined;
    if (facts === undefined) return null;
    const exe = kind === "ToolExec" ? envelope.process?.exe : undefined;
    return this.#decide(kind, typeof exe === "string" ? { ...facts, target: exe } : facts);
  }

  /** @param {string} kind @param {{ subject: string, target?: string }} facts @returns {Decision} */
  #decide(kind, { subject, target }) {
    const rule = decider(this.#rules.get(kind) ?? [], subject);
    if (rule === undefined) return ALLOW;
    const { verdict, severity, reason, name, action } = rule;
    const decision = { verdict, tier: "Rules", severity, reason, rule: name };
    if (action === null || target === undefined || NEVER_DENIED[kind]?.has(target)) return decision;
    return { ...decision, action: { kind: action, target } };
  }

  /** A stream of NDJSON that comes in chunks. */
  lines() {
    return new PlainLines(this);
  }
}

/**
 * The rule that decides: the first of the site, unless it escalates and a built-in rule blocks; otherwise the gravest of the
 * built-in rules. The site's rules come first in the list.
 * @param {readonly Compiled[]} rules @param {string} subject @returns {Rule | undefined}
 */
function decider(rules, subject) {
  /** @type {Rule | undefined} */
  let escalation;
  for (const { pattern, rule } of rules) {
    // After an escalation, only a built-in block can make a difference.
    if (escalation !== undefined) {
      if (rule.origin === "site" || rule.verdict !== "block" || escalation.overrides.includes(rule.name)) continue;
    }
    if (!pattern.test(subject)) continue;
    if (rule.verdict !== "escalate") return rule;
    escalation = rule;
  }
  return escalation;
}

/** Judges line by line; gives all decisions but allows of severity info. */
class PlainLines {
  #decoder = new TextDecoder();
  #rest = "";
  #judge;

  /** @param {PlainJudge} judge */
  constructor(judge) {
    this.#judge = judge;
  }

  /** @param {Uint8Array} chunk @returns {Generator<Found>} */
  *push(chunk) {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) yield* this.#found(line);
  }

  /** @returns {Generator<Found>} */
  *end() {
    yield* this.#found(this.#rest);
  }

  /** @param {string} line @returns {Generator<Found>} */
  *#found(line) {
    const decision = this.#judge.classify(line);
    if (decision !== null && (decision.verdict !== "allow" || decision.severity !== "info")) yield { decision, line };
  }
}
