// The tokens of an ACL text for editors: any text has some, however broken it is.

/** A token. Places count UTF-16 units from 0. */
export interface Token {
  /** `text` is a string, a text in backticks or a heredoc, `mark` a single character. */
  readonly kind: "name" | "text" | "number" | "comment" | "mark";
  readonly from: number;
  readonly to: number;
}

const BLANKS = /[\s\ufeff]*/y;

/** Strings end with their line, and what is open ends with the text. */
const KINDS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["comment", /(?:#|\/\/)[^\n]*/y],
  ["name", /[\p{L}_][\p{L}\p{N}_-]*/uy],
  ["text", /"(?:[^"\\\n]|\\[^\n])*"?|'(?:\\'|[^'\n])*'?|`[^`]*`?/y],
  ["number", /-?(?:\d+(?:\.\d*)?|\.\d+)\w*/y],
];

const HEREDOC = /<<([\p{L}_][\p{L}\p{N}_-]*)[^\S\n]*\n/uy;

/** The tokens of a text in order, with its comments. Takes time linear in the text. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let from = endOf(BLANKS, text, 0); from < text.length; ) {
    const token = tokenAt(text, from);
    tokens.push(token);
    from = endOf(BLANKS, text, token.to);
  }
  return tokens;
}

function tokenAt(text: string, from: number): Token {
  if (text.startsWith("/*", from)) {
    const end = text.indexOf("*/", from + 2);
    return { kind: "comment", from, to: end < 0 ? text.length : end + 2 };
  }
  for (const [kind, pattern] of KINDS) {
    const to = endOf(pattern, text, from);
    if (to > from) return { kind, from, to };
  }
  const heredoc = endOfHeredoc(text, from);
  return heredoc === undefined ? { kind: "mark", from, to: from + 1 } : { kind: "text", from, to: heredoc };
}

function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

/** Where a heredoc ends that begins here: after its name alone on a line. */
function endOfHeredoc(text: string, from: number): number | undefined {
  HEREDOC.lastIndex = from;
  const name = HEREDOC.exec(text)?.[1];
  if (name === undefined) return undefined;
  for (let start = HEREDOC.lastIndex; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (text.slice(start, end).trim() === name) return end;
    start = end + 1;
  }
  return text.length;
}

/** The value of a token: a text without its quotes and escapes, as far as it is well-formed. */
export function wordOf(text: string, { kind, from, to }: Token): string {
  const written = text.slice(from, to);
  if (kind !== "text") return written;
  const quote = written.charAt(0);
  if (quote === "<") return written.slice(written.indexOf("\n") + 1, Math.max(0, written.lastIndexOf("\n")));
  const inner = written.slice(1, isClosed(text, { kind, from, to }) ? -1 : undefined);
  if (quote === '"' && inner.includes("\\")) return unescaped(inner);
  return quote === "'" ? inner.replaceAll("\\'", "'") : inner;
}

/** Whether a text in quotes has its closing quote. */
export function isClosed(text: string, { from, to }: Token): boolean {
  return to - from > 1 && text.charAt(from) === text.charAt(to - 1);
}

function unescaped(inner: string): string {
  try {
    return String(JSON.parse(`"${inner}"`));
  } catch {
    return inner;
  }
}
