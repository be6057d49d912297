// A rule as an object: the schema of docs/policy.md as types, so that a misspelt key is a compile
// error.

import type { BUILTIN_RULES, RISK_CATEGORIES, RULE_ACTIONS } from "../generated/boundary.js";
import type { EventKind, Severity, Verdict } from "../generated/wire.js";

/** The categories of risk that a rule can name. */
export type RiskCategory = (typeof RISK_CATEGORIES)[number];

/** The names of the built-in rules. */
export type BuiltinRule = (typeof BUILTIN_RULES)[number];

/** The name of a rule of a pack. Any text has the type; a policy with an unknown name does not load. */
type PackRule = string & {};

/** Texts: a list, a list with a name, or both mixed. */
export type TextsInput = string | ListReference | readonly (string | ListReference)[];

/** A list of the policy's `lists`, by its name. */
export interface ListReference {
  readonly list: string;
}

/** A list of texts with a name. */
export interface ListInput {
  readonly name: string;
  /** At least one text. */
  readonly values: TextsInput;
}

/**
 * A command that has all that is given; of a list, any element. In names and words `*` stands for
 * any characters. In paths `*` stays within a segment, `**` crosses segments, `~` is the home of any
 * user, and a pattern that begins with `regex:` is a regular expression.
 *
 * @example
 * const forced: CommandInput = { program: "git", words: ["push"], flags: ["-f", "--force", "+*"] };
 */
export interface CommandInput {
  /** Names of programs, or paths if they have a `/`. */
  readonly program?: TextsInput;
  /** Words in this order: no options, no values of options. */
  readonly words?: TextsInput;
  /** Options, with their dashes. */
  readonly flags?: TextsInput;
  /** Paths among the words, the values of options, and the files that it reads by `<`. */
  readonly operands?: TextsInput;
  /** Files that a redirection writes to. */
  readonly redirects?: TextsInput;
  /** Programs before it in the same pipe. */
  readonly from?: TextsInput;
  /** Programs behind it in the same pipe. */
  readonly to?: TextsInput;
  /** Where the code that it runs comes from: `"download"`, `"input"`, `"decoded"`, `"unknown"`. */
  readonly code_from?: TextsInput;
  /** Whether it is a function that calls itself in a pipe or in the background. */
  readonly calls_itself?: true;
  /** Code that it is given; of a list, any. */
  readonly code?: CodeInput | readonly CodeInput[];
}

/** Code that a command gives to an interpreter. */
export interface CodeInput {
  /** `"python"`, `"perl"`, `"ruby"`, `"javascript"`, `"php"`, `"lua"`, `"awk"`, and others. */
  readonly language?: TextsInput;
  /** A regular expression, found anywhere in the code. */
  readonly match?: string;
}

/** What a rule leaves alone: commands, if they are understood whole, and paths. */
export type UnlessInput =
  | { readonly command: CommandInput | readonly CommandInput[]; readonly paths?: TextsInput }
  | { readonly command?: undefined; readonly paths: TextsInput };

/**
 * What a command does, or an event of another kind, to paths and hosts. All that is given must hold;
 * of a list, any element.
 *
 * @example
 * const keys: EffectsInput = { reads: ["~/.ssh/id_*"], connects: ["*.example.com"] };
 */
export interface EffectsInput {
  /** Paths that are read. */
  readonly reads?: TextsInput;
  /** Paths that are written to, created, or get other permissions. */
  readonly writes?: TextsInput;
  /** Paths that are deleted or emptied. */
  readonly deletes?: TextsInput;
  /** Hosts: `"example.com"`, `"*.example.com"`, `"example.com:443"`, `"10.0.0.7"`. */
  readonly connects?: TextsInput;
  /** Paths of files that go to another host, and variables as `"$NAME"`. */
  readonly sends?: TextsInput;
  /** Paths that a command names, whatever it does with them. */
  readonly mentions?: TextsInput;
  /** Whether the command runs what was downloaded. */
  readonly runs_download?: true;
}

/** What every rule may have. */
interface RuleBase extends EffectsInput {
  readonly name: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** Text for people. Decisions and audit lines show it as `"<name>: <reason>"`. */
  readonly reason: string;
  /** What the rule leaves alone. */
  readonly unless?: UnlessInput | readonly UnlessInput[];
  /** What a block denies. Without it, a block is reported but stops nothing. */
  readonly action?: (typeof RULE_ACTIONS)[number];
  /** Without it, the risk is inferred from the reason and the kind of event. */
  readonly risk?: RiskCategory;
  /** Whether what it denies is denied on all nodes of a fleet. Needs a `block` with an `action`. */
  readonly fleet?: boolean;
  /**
   * Built-in rules, also those of packs, that have no say in what this rule matches. Only on an
   * `escalate` or `allow`: it weakens these rules on purpose.
   */
  readonly overrides?: readonly (BuiltinRule | PackRule | ListReference)[] | ListReference;
  /** Who answers for the rule. */
  readonly owner?: string;
  /** The last day of the rule, as `"2027-03-31"`. */
  readonly expires?: string;
}

/** Kinds of event; `"*"` is all of them, and with a `match` alone all but `"ToolCall"`. */
type KindsInput = EventKind | "*" | ListReference | readonly (EventKind | "*" | ListReference)[];

/** A rule on events of some kinds, by their text or their agent. */
interface EventRule extends RuleBase {
  readonly on: KindsInput;
  /**
   * A regular expression in the syntax of Rust's `regex` crate, found anywhere in the event's
   * subject.
   */
  readonly match: string;
  /** Names of agents. */
  readonly agents?: TextsInput;
  readonly command?: undefined;
  readonly code?: undefined;
}

/** A rule on events of some agents. */
interface AgentRule extends Omit<EventRule, "match"> {
  readonly match?: string;
  readonly agents: TextsInput;
}

/** A rule on commands. */
interface CommandRule extends RuleBase {
  /** Default: `"ToolExec"`, the only kind that has commands. */
  readonly on?: "ToolExec" | "*" | readonly ("ToolExec" | "*")[];
  readonly match?: string;
  readonly agents?: TextsInput;
  /** One of these must fit. */
  readonly command: CommandInput | readonly CommandInput[];
  readonly code?: CodeInput | readonly CodeInput[];
}

/** A rule on code. */
interface CodeRule extends Omit<CommandRule, "command" | "code"> {
  readonly command?: undefined;
  /** One of these must fit. */
  readonly code: CodeInput | readonly CodeInput[];
}

/** What a rule on calls of tools asks for; at least one of the two. */
type CallConditions =
  | { readonly tool: TextsInput; readonly args?: ArgsInput }
  | { readonly tool?: undefined; readonly args: ArgsInput };

/**
 * Arguments of a tool by their names, with patterns as in {@link CommandInput}. Numbers and booleans
 * count as texts, and a list as each of its elements. A rule that allows must fit every text of an
 * argument, any other rule one.
 *
 * @example
 * const args: ArgsInput = { path: ["/srv/**", "/tmp/**"] };
 */
export type ArgsInput = Readonly<Record<string, TextsInput>>;

/** A rule on calls of tools. */
type CallRule = Omit<EventRule, "on" | "match"> &
  CallConditions & {
    /** Default: `"ToolCall"`, the only kind that has a tool. */
    readonly on?: "ToolCall" | "*" | readonly ("ToolCall" | "*")[];
    readonly match?: string;
  };

/** The effects, of which at least one is given. */
type SomeEffect = {
  readonly [Key in keyof EffectsInput]-?: Required<Pick<EffectsInput, Key>>;
}[keyof EffectsInput];

/** A rule on effects. */
type EffectRule = Omit<EventRule, "on" | "match"> &
  SomeEffect & {
    /** Default: the kinds that can have all of the effects. */
    readonly on?: KindsInput;
    readonly match?: string;
  };

/**
 * One rule. Of the policy's rules, the first that fits an event counts: an `allow` decides, any
 * other verdict unless a built-in rule has a graver one. A rule asks for a `match`, a `command`,
 * `code`, a `tool`, `args`, an effect or `agents`; all that it asks for must hold.
 *
 * @example
 * const telnet: RuleInput = {
 *   name: "no-telnet", on: "Egress", match: ":23$", verdict: "block", severity: "medium", reason: "telnet",
 * };
 * const forced: RuleInput = {
 *   name: "force-push", command: { program: "git", words: ["push"], flags: ["-f", "--force", "+*"] },
 *   verdict: "escalate", severity: "medium", reason: "rewrites published history",
 * };
 */
export type RuleInput = EventRule | AgentRule | CommandRule | CodeRule | CallRule | EffectRule;
