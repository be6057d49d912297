// The places of keys and values in a TOML text: the parser gives none.

import { joinPath } from "./acl-text.js";

/** A range in UTF-16 units; `end` is after the last. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where a TOML text has a key and its value. The value of a table is its header. */
export interface TomlPlace {
  readonly key: Range;
  readonly value: Range;
}

const SPACE = /[ \t]*/y;
const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const KEY = /[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
const STRING = /"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|'''(?:[^']|'(?!''))*'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
/** A number, a boolean or a date, which may contain a blank. */
const WORD = /[^\s,\]}#]+(?: \d[^\s,\]}#]*)?/y;

/**
 * The places in a valid TOML text by path, such as `rules[0].severity`. Text that is not understood
 * ends the search; what was found before it stays.
 */
export function tomlPlaces(text: string): ReadonlyMap<string, TomlPlace> {
  const scanner = new Scanner(text);
  scanner.readDocument();
  return scanner.places;
}

interface Key extends Range {
  readonly name: string;
}

class Scanner {
  readonly places = new Map<string, TomlPlace>();
  readonly #text: string;
  #at = 0;
  /** How many `[[headers]]` a list of tables has had. */
  readonly #lengths = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): void {
    let table = "";
    for (this.#take(BLANK); this.#at < this.#text.length; this.#take(BLANK)) {
      if (this.#next() === "[") table = this.#readHeader();
      else this.#readEntry(table);
    }
  }

  /** Reads `[a.b]` or `[[a.b]]`. Returns the path of the table that it opens. */
  #readHeader(): string {
    const start = this.#at;
    const brackets = this.#text.startsWith("[[", start) ? 2 : 1;
    this.#at += brackets;
    const keys = this.#readKeys();
    this.#at += brackets;
    const value = { start, end: this.#at };
    let path = "";
    for (const [i, key] of keys.entries()) {
      path = joinPath(path, key.name);
      this.#add(path, { key, value });
      const opens = brackets === 2 && i === keys.length - 1;
      const length = (this.#lengths.get(path) ?? 0) + (opens ? 1 : 0);
      if (length === 0) continue;
      this.#lengths.set(path, length);
      path = `${path}[${length - 1}]`;
      this.#add(path, { key, value });
    }
    return path;
  }

  /** Reads `a.b = value` in the table at `path`. */
  #readEntry(table: string): void {
    const keys = this.#readKeys();
    this.#at += 1;
    this.#take(SPACE);
    const paths: string[] = [];
    for (const { name } of keys) paths.push(joinPath(paths.at(-1) ?? table, name));
    const value = this.#readValue(paths.at(-1) ?? table);
    for (const [i, key] of keys.entries()) {
      const range = i === keys.length - 1 ? value : { start: key.start, end: value.end };
      this.#add(paths[i] ?? table, { key, value: range });
    }
  }

  #readValue(path: string): Range {
    const start = this.#at;
    const next = this.#next();
    if (next === "[") this.#readItems("]", (i) => this.#readItem(`${path}[${i}]`));
    else if (next === "{") this.#readItems("}", () => this.#readEntry(path));
    else if (this.#take(STRING) === "" && this.#take(WORD) === "") this.#stop();
    return { start, end: this.#at };
  }

  #readItem(path: string): void {
    const value = this.#readValue(path);
    this.#add(path, { key: value, value });
  }

  #readItems(close: string, readItem: (index: number) => void): void {
    this.#at += 1;
    this.#take(BLANK);
    for (let i = 0; this.#at < this.#text.length && this.#next() !== close; i++) {
      readItem(i);
      this.#take(BLANK);
      if (this.#next() === ",") this.#at += 1;
      this.#take(BLANK);
    }
    this.#at += 1;
  }

  /** Reads a dotted key, and the space around it. */
  #readKeys(): Key[] {
    const keys: Key[] = [];
    do {
      if (keys.length > 0) this.#at += 1;
      this.#take(SPACE);
      const start = this.#at;
      const name = nameOf(this.#take(KEY));
      if (this.#at === start) {
        this.#stop();
        return keys;
      }
      keys.push({ name, start, end: this.#at });
      this.#take(SPACE);
    } while (this.#next() === ".");
    return keys;
  }

  #add(path: string, place: TomlPlace): void {
    if (!this.places.has(path)) this.places.set(path, place);
  }

  #next(): string {
    return this.#text.charAt(this.#at);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #stop(): void {
    this.#at = this.#text.length;
  }
}

/** The name that a key as written has. */
function nameOf(key: string): string {
  if (!/^["']/.test(key)) return key;
  if (key.startsWith("'") || !key.includes("\\")) return key.slice(1, -1);
  try {
    return String(JSON.parse(key));
  } catch {
    return key; // An escape that JSON lacks. Only the place of such a key is not found.
  }
}
