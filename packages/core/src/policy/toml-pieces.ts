// Cutting a TOML text into pieces that parse on their own, since the parser cannot be interrupted.

/** A piece of a TOML text. All but the first begin with a header such as `[[rules]]`. */
export interface TomlPiece {
  readonly text: string;
  /** The lines before it. */
  readonly lines: number;
}

/** What hides brackets, a bracket, or the header of a list's next element at the start of a line. */
const TOKEN =
  /#[^\n]*|"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|'''(?:[^']|'(?!''))*'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|(?:^\ufeff?|\n)[ \t]*\[\[[ \t]*[\w-]+[ \t]*\]\]|[[\]{}]/g;

const HEADER = /^\s*\[\[/;

/**
 * Cuts a text into pieces of at least `size` characters, where the next element of a list begins.
 * The first piece ends before the first element. Text that is not TOML is cut anywhere: one of its
 * pieces is not TOML either.
 */
export function* tomlPieces(text: string, size: number): Generator<TomlPiece> {
  let start = 0;
  let lines = 0;
  let cuts = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    else if (depth === 0 && HEADER.test(token)) {
      const end = index + token.search(/[ \t]*\[\[/);
      if (cuts > 0 && end - start < size) continue;
      const piece = text.slice(start, end);
      yield { text: piece, lines };
      lines += piece.split("\n").length - 1;
      start = end;
      cuts += 1;
    }
  }
  yield { text: text.slice(start), lines };
}

/**
 * Adds the table of a further piece to that of the pieces before it, and returns whether that makes
 * the table that all of them have as one text. `first` is the table of the first piece.
 */
export function addPiece(all: Record<string, unknown>, piece: object, first: object): boolean {
  for (const [key, value] of Object.entries(piece)) {
    const known = Object.hasOwn(all, key) ? all[key] : undefined;
    if (known === undefined) all[key] = value;
    else if (Array.isArray(known) && Array.isArray(value) && !Object.hasOwn(first, key)) {
      for (const element of value) known.push(element);
    } else return false;
  }
  return true;
}
