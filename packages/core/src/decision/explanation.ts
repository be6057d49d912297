// An explanation: why an event was judged as it was.

import type {
  CommandsTrace as CoreCommandsTrace,
  CommandTrace as CoreCommandTrace,
  RuleTrace as CoreRuleTrace,
  Side,
  TargetFrom,
  TextSpan,
  Trace,
} from "../generated/wire.js";
import type { Decision, EventKind } from "./decision.js";

/**
 * One rule for the event's kind. `outcome` is `"decided"`, `"shadowed"` (it matches the event or one
 * of its commands, but another rule decided), `"overridden"` (it is built in and matches, but the site's rule overrides it) or
 * `"no-match"`; `why` says it in words.
 */
export interface RuleTrace extends Readonly<Omit<CoreRuleTrace, "rule" | "span">> {
  /** What the pattern matched, in UTF-16 units of the subject; absent if it did not match. */
  readonly span?: Readonly<TextSpan>;
}

/** What the site's rules, or the built-in ones, say of an event: the name of a rule, its verdict. */
export type RuleSide = Readonly<Side>;

/** The fields of a command that may be absent. */
type Optional = "folder" | "rule" | "site" | "builtin" | "target" | "targetFrom";

/**
 * One program with its words, as a shell would run it: without quotes, wrappers and spellings; and
 * the decision on it.
 */
export interface CommandTrace extends Readonly<Omit<CoreCommandTrace, Optional>> {
  /** The folder that the text changed to before the command; absent if it did not change. */
  readonly folder?: string;
  /** The rule that decides; absent if no rule fits the command. */
  readonly rule?: string;
  /** The first of the site's rules that fits the command; absent if none does. */
  readonly site?: RuleSide;
  /** Of the built-in rules that fit it and are not overridden, the one with the gravest verdict. */
  readonly builtin?: RuleSide;
  /** The program that the rule denies; absent if it has no action, or if there is no single one. */
  readonly target?: string;
  /** How that program is known; absent if a site rule asks for it. */
  readonly targetFrom?: TargetFrom;
}

/** What a `ToolExec` event runs. */
export interface CommandsTrace extends Readonly<Omit<CoreCommandsTrace, "commands" | "decided">> {
  /** The commands, innermost first; at most 100. */
  readonly commands: readonly CommandTrace[];
  /**
   * The index of the command whose decision is that on the event: of those with the gravest verdict
   * the first; absent if there is no command.
   */
  readonly decided?: number;
}

/** The judgement of one event, rule by rule. */
export interface Explanation {
  /** L1's decision, as `classify` returns it. */
  readonly decision: Decision;
  readonly kind: EventKind;
  /** The text that rules match. */
  readonly subject: string;
  /** The deciding rule; absent if no rule decided. */
  readonly rule?: string;
  /** The part of the subject that the deciding rule matched, in UTF-16 units. */
  readonly span?: Readonly<TextSpan>;
  /** That part as text. */
  readonly matched?: string;
  /**
   * The decision of the policy's SAE tier, with its score: only for `LlmActivations` events, and if
   * the policy has the tier.
   */
  readonly sae?: Decision;
  /** The first of the site's rules that matches; absent if none does. */
  readonly site?: RuleSide;
  /**
   * Of the built-in rules that match and are not overridden, the one with the gravest verdict;
   * absent if there is none.
   */
  readonly builtin?: RuleSide;
  /** Which of the two decides and why, in words. */
  readonly why: string;
  /** Every rule for events of this kind: the site's in order, then the built-in ones. */
  readonly rules: readonly RuleTrace[];
  /** What the event runs, and the decision on each command; absent for other kinds than `ToolExec`. */
  readonly commands?: CommandsTrace;
}

export function explanation(trace: Trace, decision: Decision, sae?: Decision): Explanation {
  const { kind, subject, span, site, builtin, why, rules, commands } = trace;
  return {
    decision,
    kind,
    subject,
    ...(decision.rule === undefined ? {} : { rule: decision.rule }),
    ...(span === null ? {} : { span, matched: subject.slice(span.start, span.end) }),
    ...(sae === undefined ? {} : { sae }),
    ...(site === null ? {} : { site }),
    ...(builtin === null ? {} : { builtin }),
    why,
    rules: rules.map(({ rule: _, span: at, ...rest }) => (at === null ? rest : { ...rest, span: at })),
    ...(commands === null ? {} : { commands: commandsTrace(commands) }),
  };
}

function commandsTrace({ commands, decided, ...rest }: CoreCommandsTrace): CommandsTrace {
  return { ...rest, commands: commands.map(commandTrace), ...(decided === null ? {} : { decided }) };
}

function commandTrace(trace: CoreCommandTrace): CommandTrace {
  const { folder, rule, site, builtin, target, targetFrom, ...command } = trace;
  return {
    ...command,
    ...(folder === null ? {} : { folder }),
    ...(rule === null ? {} : { rule }),
    ...(site === null ? {} : { site }),
    ...(builtin === null ? {} : { builtin }),
    ...(target === null ? {} : { target }),
    ...(targetFrom === null ? {} : { targetFrom }),
  };
}
