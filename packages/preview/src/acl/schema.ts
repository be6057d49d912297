// The schema of a policy for the editor: the keys of each scope, the words of their values, and
// what to insert. The core checks policies; this only helps to write them.

import { BUILTIN_RULES, KINDS, RISK_CATEGORIES, RULE_ACTIONS, SECRET_KINDS } from "@a3s-sentry/core/tools";

export type Value =
  | { readonly is: "words"; readonly words: readonly string[]; readonly list?: true }
  | { readonly is: "boolean" }
  | { readonly is: "number" }
  | { readonly is: "text" }
  | { readonly is: "pattern" }
  | { readonly is: "scope"; readonly label?: string };

/** The keys of one scope, and their values. */
export type Scope = Readonly<Record<string, Value>>;

const VERDICTS = ["allow", "block", "escalate"];
const SEVERITIES = ["info", "low", "medium", "high", "critical"];

const text: Value = { is: "text" };
const number: Value = { is: "number" };
const boolean: Value = { is: "boolean" };
const pattern: Value = { is: "pattern" };
const scope: Value = { is: "scope" };
const words = (list: readonly string[]): Value => ({ is: "words", words: list });
const listOf = (list: readonly string[]): Value => ({ is: "words", words: list, list: true });

const COMMAND: Scope = {
  program: text,
  words: text,
  flags: text,
  operands: text,
  redirects: text,
  from: text,
  to: text,
  code_from: text,
  calls_itself: boolean,
};

const LANGUAGES = ["applescript", "awk", "javascript", "lua", "perl", "php", "powershell", "python", "ruby"];

const RULE: Scope = {
  on: listOf([...KINDS, "*"]),
  match: pattern,
  command: scope,
  code: scope,
  unless: scope,
  agents: text,
  verdict: words(VERDICTS),
  severity: words(SEVERITIES),
  reason: text,
  action: words(RULE_ACTIONS),
  risk: words(RISK_CATEGORIES),
  overrides: listOf(BUILTIN_RULES),
  owner: text,
  expires: text,
};

/** The scopes of the conditions inside of a rule. */
function conditions(rule: string): Record<string, Scope> {
  return {
    [`${rule}.command`]: COMMAND,
    [`${rule}.code`]: { language: listOf(LANGUAGES), match: pattern },
    [`${rule}.unless`]: { command: scope },
    [`${rule}.unless.command`]: COMMAND,
  };
}

/** By the names of the blocks around a place, joined by dots; the document is the empty name. */
const SCOPES: Readonly<Record<string, Scope>> = {
  "": {
    fail_closed: boolean,
    dry_run: boolean,
    speculate: words(SEVERITIES),
    default: words(VERDICTS),
    rule: { is: "scope", label: "name" },
    list: { is: "scope", label: "name" },
    deny: scope,
    redact: scope,
    llm: scope,
    agent: scope,
    sae: scope,
  },
  rule: RULE,
  rules: { name: text, ...RULE },
  ...conditions("rule"),
  ...conditions("rules"),
  list: { values: text },
  deny: { egress: text, file: text, exec: text, never: text, max_lines: number },
  redact: { off: listOf(SECRET_KINDS), gitleaks: text, pattern: { is: "scope", label: "name" } },
  "redact.pattern": { match: pattern, value_group: number },
  llm: { url: text, model: text, key: text, timeout_s: number },
  agent: { bin: text, skills: text, timeout_s: number, user: text },
  sae: { dict: text, escalate_at: number, block_at: number },
};

/** The keys of the scope in these blocks, outermost first; `undefined` for a scope that is not known. */
export function scopeOf(blocks: readonly string[]): Scope | undefined {
  return SCOPES[blocks.join(".")];
}
