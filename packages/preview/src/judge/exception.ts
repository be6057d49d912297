// An exception for one event: of a command a rule that allows it alone, of anything else a rule that
// allows exactly its subject.

import type { CommandTrace, EventKind, Explanation, Sentry } from "@a3s-sentry/core";
import type { Change } from "./protocol.js";

/** More commands than that are no single thing to allow. */
const MAX_COMMANDS = 4;
const CODE_SOURCES = ["download", "input", "decoded", "unknown"] as const;

/** Compiles a policy. */
type Open = (policy: string) => Promise<Pick<Sentry, "explain" | "close">>;
/** Explains the event by a policy. */
type Explain = (policy: string) => Promise<Explanation | null>;

/**
 * The exceptions for an event that the policy does not allow, before its first rule: of the site's
 * rules, the first that matches decides. Each is tried; where no rule on its commands allows the
 * event, the exception is its text.
 */
export async function exceptionFor(policy: string, event: string, open: Open): Promise<Change> {
  const explain: Explain = async (text) => {
    const sentry = await open(text);
    try {
      return sentry.explain(event);
    } finally {
      sentry.close();
    }
  };
  const explanation = await explain(policy);
  if (explanation === null) throw new Error("this is not an event that rules judge");
  const { kind, subject } = explanation;
  const rules = await onCommands(policy, explanation, explain);
  return before(policy, rules ?? [rule(policy, kind, [`match    = \`${exactly(subject)}\``])]);
}

/** A rule for each command that is not allowed; `undefined` if that does not allow the event. */
async function onCommands(policy: string, explanation: Explanation, explain: Explain): Promise<string[] | undefined> {
  const { commands = [], more = 0, opaque = [] } = explanation.commands ?? {};
  const refused = commands.flatMap(({ verdict }, at) => (verdict === "allow" ? [] : [at]));
  if (refused.length === 0 || refused.length > MAX_COMMANDS || more > 0 || opaque.length > 0) return undefined;
  const rules: string[] = [];
  for (const at of refused) {
    for (const condition of conditions(commands, at, explanation.subject)) {
      const candidate = rule([policy, ...rules].join("\n"), "ToolExec", condition, commands[at]?.words[0]);
      const judged = await explain(withChange(policy, before(policy, [...rules, candidate])));
      if (judged?.commands?.commands[at]?.verdict !== "allow") continue;
      rules.push(candidate);
      if (judged.decision.verdict === "allow") return rules;
      break;
    }
  }
  return undefined;
}

/** What a rule may ask of a command, the narrowest first; each as lines of ACL. */
function* conditions(commands: readonly CommandTrace[], at: number, subject: string): Generator<string[]> {
  const [program = "", ...args] = commands[at]?.words ?? [];
  const fed = commands[at]?.piped ? commands[at - 1]?.words[0] : undefined;
  const exact = `match    = \`${exactly(subject)}\``;
  // Names and words are patterns: a text with a star would stand for others.
  if (![program, ...args, fed ?? ""].every((word) => /^[^*?\p{C}]*$/u.test(word))) return;
  const isOption = (word: string): boolean => /^-./.test(word);
  const isPath = (word: string): boolean => /\/|^[~@]/.test(word);
  const options = args.filter(isOption);
  const short = options.filter((option) => /^-[A-Za-z]+$/.test(option));
  const flags =
    short.length === options.length && short.length > 1 ? [`-${short.join("").replaceAll("-", "")}`] : options;
  const values = args.filter((word, index) => !isOption(word) && isOption(args[index - 1] ?? ""));
  const words = args.filter((word) => !isOption(word) && !isPath(word));
  const paths = args.filter((word) => !isOption(word) && isPath(word));
  // What is asked for of options is any of them, and nothing of what is not named.
  const isWide = flags.length > 1 || args.length === 0 || fed !== undefined;
  for (const named of [words, words.filter((word) => !values.includes(word))]) {
    for (const source of fed === undefined ? [undefined] : CODE_SOURCES) {
      const keys = [
        ["program", [program]],
        ["words", named],
        ["flags", flags],
        ["operands", paths.length > 0 ? paths : named.slice(-1)],
        ["from", fed === undefined ? [] : [fed]],
        ["code_from", source === undefined ? [] : [source]],
      ] as const;
      const given = keys.filter(([, texts]) => texts.length > 0);
      const width = Math.max(...given.map(([key]) => key.length));
      const lines = given.map(([key, texts]) => `  ${key.padEnd(width)} = ${listOf(texts)}`);
      yield ["command {", ...lines, "}", ...(isWide ? [exact] : [])];
    }
  }
}

function listOf(texts: readonly string[]): string {
  const [first = "", ...others] = texts.map((text) => JSON.stringify(text));
  return others.length === 0 ? first : `[${[first, ...others].join(", ")}]`;
}

function rule(policy: string, kind: EventKind, condition: readonly string[], program?: string): string {
  const name = unusedName(policy, `allow-${(program ?? kind).replace(/^.*\//, "").toLowerCase()}`);
  return `rule ${JSON.stringify(name)} {
  on       = "${kind}"
${condition.map((line) => `  ${line}\n`).join("")}  verdict  = "allow"
  severity = "info"
  reason   = "allowed as it is"
}
`;
}

function before(policy: string, rules: readonly string[]): Change {
  const first = /^(?:[^\S\n]*#[^\n]*\n)*[^\S\n]*rules?\b[^\n]*[{[]/m.exec(policy);
  const at = first?.index ?? policy.length;
  const text = rules.join("\n");
  if (first !== null) return { at, insert: `${text}\n` };
  return { at, insert: at === 0 || policy.endsWith("\n") ? `\n${text}` : `\n\n${text}` };
}

function withChange(policy: string, { at, insert }: Change): string {
  return policy.slice(0, at) + insert + policy.slice(at);
}

function unusedName(policy: string, name: string): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!policy.includes(`"${candidate}"`)) return candidate;
  }
}

/** A pattern that matches the text and nothing else, without backticks and line breaks. */
function exactly(text: string): string {
  const escaped = text
    .replaceAll(/[\\^$.|?*+()[\]{}#&~-]/g, "\\$&")
    .replaceAll("`", "\\x60")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `^${escaped}$`;
}
