// The keys of rules and of their conditions.

import { KINDS, RISK_CATEGORIES, RULE_ACTIONS } from "../../generated/boundary.js";
import { block, boolean, builtinRules, pattern, programs, type Scope, text, texts, word, words } from "./key.js";

export const VERDICTS: readonly string[] = ["allow", "block", "escalate"];
export const SEVERITIES: readonly string[] = ["info", "low", "medium", "high", "critical"];

const LANGUAGES = ["applescript", "awk", "javascript", "lua", "perl", "php", "powershell", "python", "ruby"];

const CODE: Scope = {
  language: words(LANGUAGES, "The language of the code."),
  match: pattern("A regular expression, found anywhere in the code."),
};

const COMMAND: Scope = {
  program: programs("The program: a name, or a path if it has a slash."),
  words: texts("Words in this order among those that are no options, behind the program's global options."),
  flags: texts("Options, any of them. Clusters and other spellings count too."),
  operands: texts("Paths among the operands. ~ is any home, * stays within a segment, ** crosses."),
  redirects: texts("Paths that the command writes by a redirection."),
  from: programs("The program whose output the command reads in a pipe."),
  to: programs("The program that reads the command's output in a pipe."),
  code_from: words(["download", "input", "decoded", "unknown"], "Where the code comes from that the command runs."),
  calls_itself: boolean("A function that calls itself, as a fork bomb does."),
  code: block("Code that is given to this command."),
};

export const RULE: Scope = {
  on: words([...KINDS, "*"], 'The kinds of events that the rule is for: a kind, a list of kinds, or "*".'),
  match: pattern(
    "A regular expression in the syntax of Rust's regex, found anywhere in the event's subject. In backticks nothing is an escape.",
  ),
  command: block("Asks for one command that has all of this, however it is spelt."),
  code: block("Asks for code that is given to an interpreter."),
  tool: texts("The name of the tool that is called. * stands for any text."),
  args: block('Arguments of the tool by their names, with patterns, as { path = "/srv/**" }.'),
  reads: texts("Files that are read, by whatever means. ~ is any home, * stays within a segment, ** crosses."),
  writes: texts("Files that are written to, created, or get other permissions."),
  deletes: texts("Files that are deleted or emptied."),
  connects: texts("Hosts that are connected to, as example.com, *.example.com or example.com:443."),
  sends: texts("Files that go to another host."),
  mentions: texts("Files that a command names at all."),
  runs_download: boolean("Only commands that run what was downloaded."),
  unless: block("Leaves out commands that have all of this and are understood whole, and paths."),
  agents: texts("Only events of these agents. * stands for any text."),
  verdict: word(VERDICTS, "allow makes an exception, block refuses, escalate asks the next tier."),
  severity: word(SEVERITIES, "How serious the event is."),
  reason: text("Text for the audit line, which shows the rule's name and this reason."),
  action: word(RULE_ACTIONS, "What a block denies. Without it, a block denies nothing."),
  risk: word(RISK_CATEGORIES, "The category of danger. Default: inferred from the reason and the kind."),
  fleet: boolean("Whether what it denies is denied on all nodes of a fleet. Needs a block with an action."),
  overrides: builtinRules("Built-in rules, also of packs, that have no say in what this rule matches. Not on a block."),
  owner: text("Who answers for the rule."),
  expires: text("The last day on which the rule counts, as 2027-03-31."),
};

/** The scopes inside of a rule, whose own scope has this name. */
export function scopesOfRule(rule: string): Readonly<Record<string, Scope>> {
  const scopes: Record<string, Scope> = {
    [`${rule}.code`]: CODE,
    [`${rule}.unless`]: {
      command: block("The command that is left out."),
      paths: texts("Paths that do not count as read, written, deleted, sent or mentioned."),
    },
  };
  for (const command of [`${rule}.command`, `${rule}.unless.command`]) {
    scopes[command] = COMMAND;
    scopes[`${command}.code`] = CODE;
  }
  return scopes;
}
