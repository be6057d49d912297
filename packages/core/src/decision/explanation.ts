// An explanation: why an event was judged as it was.

import type {
  CommandsTrace as CoreCommandsTrace,
  CommandTrace as CoreCommandTrace,
  RuleTrace as CoreRuleTrace,
  Side,
  TextSpan,
  Trace,
} from "../generated/wire.js";
import type { Decision, EventKind } from "./decision.js";

/**
 * One rule for the event's kind. `outcome` is `"decided"`, `"shadowed"` (it matches, but another
 * rule decided), `"overridden"` (it is built in and matches, but the site's rule overrides it) or
 * `"no-match"`; `why` says it in words.
 */
export interface RuleTrace extends Readonly<Omit<CoreRuleTrace, "rule" | "span">> {
  /** What the pattern matched, in UTF-16 units of the subject; absent if it did not match. */
  readonly span?: Readonly<TextSpan>;
}

/** What the site's rules, or the built-in ones, say of an event: the name of a rule, its verdict. */
export type RuleSide = Readonly<Side>;

/** One program with its words, as a shell would run it: without quotes, wrappers and spellings. */
export interface CommandTrace extends Readonly<Omit<CoreCommandTrace, "folder">> {
  /** The folder that the text changed to before the command; absent if it did not change. */
  readonly folder?: string;
}

/** What a `ToolExec` event runs. */
export interface CommandsTrace extends Readonly<Omit<CoreCommandsTrace, "commands">> {
  /** The commands, innermost first; at most 100. */
  readonly commands: readonly CommandTrace[];
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
  /**
   * What the event runs; absent for other kinds than `ToolExec`. It shows what the judge reads in a
   * command: the rules match the subject.
   */
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

function commandsTrace({ commands, ...rest }: CoreCommandsTrace): CommandsTrace {
  return {
    ...rest,
    commands: commands.map(({ folder, ...command }) => (folder === null ? command : { ...command, folder })),
  };
}
