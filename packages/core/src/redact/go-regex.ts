// Conversion of a regular expression from Go's syntax (RE2) to that of Rust's `regex` crate.

const CLASSES: Readonly<Record<string, string>> = {
  d: "0-9",
  w: "0-9A-Za-z_",
  s: "\\t\\n\\f\\r\\x20",
};
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** The start of a counted repetition; any other `{` is a character. */
const COUNT = /\{\d+(?:,\d*)?\}/y;
const POSIX = /\[:\^?[a-z]+:\]/y;
/** Syntax that both share: Unicode classes, flags and names of groups, assertions. */
const ALIKE = /\\[pP](?:\{[^}]*\}|.)|\(\?[^:)]*[:)>]|\\[bBAz]/y;

/**
 * Rewrites `pattern`. In Go, `\d`, `\w` and `\s` are ASCII only, `{` may be a literal, a class has
 * no nested class and no operator, and `\<` is a literal. A pattern that is invalid in both stays
 * invalid.
 *
 * @example
 * fromGo("\\w{2}[[&]"); // "[0-9A-Za-z_]{2}[\\x5b\\x26]"
 */
export function fromGo(pattern: string): string {
  const reader = new Reader(pattern);
  let out = "";
  while (!reader.atEnd) out += outside(reader);
  return out;
}

/** A pattern and a position in it. */
class Reader {
  at = 0;
  readonly pattern: string;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  get atEnd(): boolean {
    return this.at >= this.pattern.length;
  }

  startsWith(text: string): boolean {
    return this.pattern.startsWith(text, this.at);
  }

  /** Consumes and returns what a sticky expression matches here; empty if it does not match. */
  take(expression: RegExp): string {
    expression.lastIndex = this.at;
    const [found = ""] = expression.exec(this.pattern) ?? [];
    this.at += found.length;
    return found;
  }

  /** Consumes and returns the next character; empty at the end. */
  next(): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    if (this.atEnd) return "";
    this.at += char.length;
    return char;
  }
}

function outside(reader: Reader): string {
  if (reader.startsWith("\\Q")) return quoted(reader);
  const alike = reader.take(ALIKE) || reader.take(COUNT);
  if (alike !== "") return alike;
  const char = reader.next();
  if (char === "[") return classOf(reader);
  if (char === "{" || char === "}" || char === "]") return literal(char);
  return char === "\\" ? escaped(reader, (inner, negated) => `[${negated ? "^" : ""}${inner}]`) : char;
}

/** `\Q…\E`: everything in it is literal. */
function quoted(reader: Reader): string {
  const start = reader.at + 2;
  const end = reader.pattern.indexOf("\\E", start);
  reader.at = end < 0 ? reader.pattern.length : end + 2;
  return Array.from(reader.pattern.slice(start, end < 0 ? undefined : end), literal).join("");
}

/** The part after a backslash. `whole` writes a class. */
function escaped(reader: Reader, whole: (inner: string, negated: boolean) => string): string {
  const char = reader.next();
  const inner = CLASSES[char.toLowerCase()];
  if (inner !== undefined) return whole(inner, char !== char.toLowerCase());
  const control = CONTROLS[char];
  if (control !== undefined) return hex(control);
  if (char === "x") return `\\x${reader.take(/\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2}/y)}`;
  // A single digit would be a back-reference, which neither syntax has.
  if (/[0-7]/.test(char)) {
    const digits = char + reader.take(/[0-7]{1,2}/y);
    return digits.length > 1 || char === "0" ? hex(Number.parseInt(digits, 8)) : `\\${char}`;
  }
  return /[0-9A-Za-z]/.test(char) || char === "" ? `\\${char}` : literal(char);
}

/** A class, after its `[`. */
function classOf(reader: Reader): string {
  let out = reader.take(/\^/y);
  for (let first = true; first || !reader.startsWith("]"); first = false) {
    // Never closed, which is invalid in both.
    if (reader.atEnd) return `[${out}`;
    out += reader.take(POSIX) || reader.take(/\\[pP](?:\{[^}]*\}|.)/y) || member(reader);
  }
  reader.next();
  return `[${out}]`;
}

/** A character of a class, a range, or a class after a backslash. */
function member(reader: Reader): string {
  const low = memberChar(reader);
  const isRange = reader.startsWith("-") && !reader.startsWith("-]") && reader.at + 1 < reader.pattern.length;
  if (!isRange || !low.startsWith("\\x")) return low;
  reader.next();
  return `${low}-${memberChar(reader)}`;
}

function memberChar(reader: Reader): string {
  const char = reader.next();
  if (char !== "\\") return hex(char.codePointAt(0) ?? 0);
  return escaped(reader, (inner, negated) => (negated ? `[^${inner}]` : inner));
}

function literal(char: string): string {
  return hex(char.codePointAt(0) ?? 0);
}

function hex(code: number): string {
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\x{${code.toString(16)}}`;
}
