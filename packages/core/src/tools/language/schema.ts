// The schema of a policy for editors: the keys of each scope, what they take, and their
// documentation. The rule engine checks policies; this helps to write them.

import { OPTIONAL_KINDS, PACKS, SECRET_KINDS } from "../../generated/boundary.js";
import {
  block,
  boolean,
  named,
  number,
  objects,
  pattern,
  ruleName,
  type SchemaKey,
  type Scope,
  text,
  texts,
  word,
  words,
} from "./key.js";
import { RULE, SEVERITIES, scopesOfRule, VERDICTS } from "./rule-keys.js";

const NAME = { name: text("The name.") };

const FALLBACKS = ["deny", "allow"];

const LIST: Scope = { values: texts("The texts of the list.") };

const PATTERN: Scope = {
  match: pattern("A regular expression that finds the secret."),
  value_group: number("The group of the pattern that is the secret. Default: all of it."),
};

const TEST: Scope = {
  command: text("A command as typed, or a list of its words."),
  path: text("A file that is opened for reading."),
  host: text("An address, a name with a port, or a name that is looked up."),
  prompt: text("Text that is sent to a model."),
  tool: text("The tool that is called, judged as a guard judges it."),
  args: block("Arguments of the tool by their names."),
  event: block("A whole event: its kind, with the fields of the kind."),
  expect: word(VERDICTS, "The verdict that the rules should have."),
  rule: ruleName('The rule that should decide; "" for none.'),
  target: text('What a deny-file should get; "" for nothing.'),
};

/** By the names of the blocks around a place, joined by dots; the document is the empty name. */
const SCOPES: Readonly<Record<string, Scope>> = {
  "": {
    fail_closed: boolean("Block (true) or allow (false, the default) escalations that no tier resolves."),
    dry_run: boolean("Judge and audit, but write no deny-file. Default: false."),
    speculate: word(SEVERITIES, "From this severity on, L2 and L3 are asked at the same time."),
    default: word(VERDICTS, 'The verdict on events that no rule matches. Default: "allow".'),
    rule: named("One rule of your own. The first that matches counts, in the order of the document."),
    list: named('A list with a name, to use as list("name") wherever a list may be.'),
    include: block("Files of rules, lists and tests, which take its place."),
    test: named("What an event should be judged as. a3s-sentry test runs it; judging ignores it."),
    deny: block("The deny-files that blocks are written to. Kinds without a file deny nothing."),
    guard: block("What guards of agents do if judging fails, takes too long, or nobody can be asked."),
    ask: block("How long a person has to answer."),
    packs: block("Packs of built-in rules that are switched on or off."),
    redact: block("What the gate masks in prompts and answers."),
    llm: block("L2: a model that is asked about what the rules escalate."),
    agent: block("L3: a program that investigates what L2 escalates."),
    sae: block("The tier that scores a model's activations by a dictionary of features."),
    rules: objects("A list of rules as objects. It takes its place in document order among the rule blocks."),
    lists: objects("A list of lists as objects, each with its name."),
    tests: objects("A list of tests as objects, each with its name."),
  },
  rule: RULE,
  rules: { ...NAME, ...RULE },
  ...scopesOfRule("rule"),
  ...scopesOfRule("rules"),
  list: LIST,
  lists: { ...NAME, ...LIST },
  include: { files: texts("Paths and patterns of paths, which count from the folder of this file.") },
  test: TEST,
  tests: { ...NAME, ...TEST },
  deny: {
    egress: text("The file of denied addresses and hosts."),
    file: text("The file of denied files."),
    exec: text("The file of denied programs."),
    never: texts("Paths and hosts that are never written. * stays within a segment, ** crosses."),
    max_lines: number("The most lines of a deny-file. Default: 100000."),
  },
  guard: {
    on_failure: word(FALLBACKS, 'The outcome if judging fails or takes too long. Default: "deny".'),
    deadline_s: number("The time limit of all tiers together, in seconds. Default: 5."),
    ask_fallback: word(FALLBACKS, 'The outcome of an escalation where nobody can be asked. Default: "deny".'),
    grant: boolean("Whether an allow spares the host's own prompts. Default: false, it is no opinion."),
    project_policies: word(["ignore", "tighten"], 'What a project\'s own policy may do. Default: "ignore".'),
  },
  ask: { timeout_s: number("The time that a person has to answer, in seconds. Default: 60.") },
  packs: {
    on: words(["*", ...PACKS], "Packs to switch on; * for all."),
    off: words(["*", ...PACKS], "Packs to switch off; * for all."),
  },
  redact: {
    on: words(OPTIONAL_KINDS, "Kinds that are masked only on request."),
    off: words(SECRET_KINDS, "Built-in kinds of secrets that are not masked."),
    gitleaks: text("A gitleaks configuration whose rules are used too."),
    pattern: named("A secret of your own to mask."),
    patterns: objects("A list of secrets as objects, each with its name."),
  },
  "redact.pattern": PATTERN,
  "redact.patterns": { ...NAME, ...PATTERN },
  llm: {
    url: text("The base URL of an endpoint that speaks the protocol of OpenAI."),
    model: text('The name of the model. Default: "default".'),
    key: text('The key: env("NAME") or file("PATH") keep it out of the policy.'),
    timeout_s: number("The time limit of a call, in seconds. Default: 30."),
  },
  agent: {
    bin: text("The program that investigates."),
    skills: text("A folder of playbooks."),
    timeout_s: number("The time limit of an investigation, in seconds. Default: 120."),
    user: text("The user that the program runs as, if sentry is root."),
  },
  sae: {
    dict: text("The dictionary of features, a JSON file."),
    escalate_at: number("The lowest score that escalates, 0 to 1. Default: 0.3."),
    block_at: number("The lowest score that blocks, 0 to 1. Default: 0.6."),
  },
};

/**
 * The keys of the scope in these blocks, the outermost first; `undefined` for an unknown scope.
 *
 * @example
 * scopeOf(["rule", "command"])?.program.docs; // "The program: a name, or a path if it has a slash."
 */
export function scopeOf(blocks: readonly string[]): Scope | undefined {
  const path = blocks.join(".");
  return Object.hasOwn(SCOPES, path) ? SCOPES[path] : undefined;
}

/** The key in these blocks; `undefined` if there is none. */
export function keyOf(blocks: readonly string[], key: string): SchemaKey | undefined {
  const scope = scopeOf(blocks);
  return scope !== undefined && Object.hasOwn(scope, key) ? scope[key] : undefined;
}
