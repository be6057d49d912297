// A rule's pattern, written for Rust's `regex` crate, translated to JavaScript. Throws on syntax
// that it does not know.

const KNOWN_ESCAPE = /^\\(?:[dDwWsSbBnrt]|x[\da-fA-F]{2}|[^\w])/;

/**
 * Extended white space and comments go, `(?-u:…)` becomes a group, `(?i:…)` letters in both cases, `[a--b]` a look-ahead;
 * flags at the beginning hold for the whole. `\w`, `\d` and `\s` stay, and mean less in JavaScript.
 * @param {string} source
 * @returns {{ source: string, flags: string }}
 */
export function toJavaScript(source) {
  const head = /^\(\?([xi]+)\)/.exec(source);
  const extended = head?.[1]?.includes("x") === true;
  const ignoreCase = head?.[1]?.includes("i") === true;
  const translator = new Translator(source.slice(head?.[0].length ?? 0), extended);
  return { source: translator.all(), flags: ignoreCase ? "i" : "" };
}

class Translator {
  #at = 0;
  /** The modes of the groups that are open: case ignored, or `.` for a newline too. */
  #modes = [{ fold: false, dotAll: false }];
  #source;
  #extended;

  /** @param {string} source @param {boolean} extended */
  constructor(source, extended) {
    this.#source = source;
    this.#extended = extended;
  }

  all() {
    let out = "";
    while (this.#at < this.#source.length) out += this.#next();
    return out;
  }

  get #mode() {
    return this.#modes.at(-1) ?? this.#refuse("a group that was not opened");
  }

  #next() {
    const char = this.#source.charAt(this.#at);
    if (this.#extended && this.#take(/^(?:\s+|#.*)/) !== undefined) return "";
    if (char === "\\") return this.#escape();
    if (char === "[") return this.#set();
    if (char === "(") return this.#open();
    this.#at++;
    if (char === ")") this.#modes.pop();
    if (char === ".") return this.#mode.dotAll ? "[^]" : "[^\\n]";
    return this.#mode.fold && /[a-z]/i.test(char) ? `[${char.toLowerCase()}${char.toUpperCase()}]` : char;
  }

  #open() {
    const flags = this.#take(/^\((?:\?[-isu]*:)?(?!\?)/) ?? this.#refuse("this kind of group");
    const mode = { ...this.#mode };
    const on = flags.split("-")[0] ?? "";
    if (on.includes("i")) mode.fold = true;
    if (on.includes("s")) mode.dotAll = true;
    this.#modes.push(mode);
    return "(?:";
  }

  #escape() {
    const text = this.#take(KNOWN_ESCAPE) ?? this.#refuse("this escape");
    return /^\\[\s#]/.test(text) ? text.slice(1) : text;
  }

  /** `[a--[b]]` is what is in `a` and not in `b`. */
  #set() {
    const open = this.#take(/^\[\^?/) ?? "";
    const kept = this.#members();
    if (this.#take(/^--\[/) === undefined) return `${open}${kept}${this.#close()}`;
    const without = `(?![${this.#members()}${this.#close()})`;
    return open === "[" ? `(?:${without}[${kept}${this.#close()})` : this.#refuse("a negated set with a difference");
  }

  #close() {
    return this.#take(/^\]/) ?? this.#refuse("this set");
  }

  #members() {
    let out = "";
    while (!/^(?:\]|--|$)/.test(this.#source.slice(this.#at))) {
      if (this.#extended && this.#take(/^\s+/) !== undefined) continue;
      const char = this.#source.charAt(this.#at);
      if (char === "[" || (this.#mode.fold && /[a-z]/i.test(char))) this.#refuse("this set");
      if (char === "\\") out += this.#escape();
      else {
        out += char;
        this.#at++;
      }
    }
    return out;
  }

  /** Takes what a pattern, anchored at its beginning, finds here. @param {RegExp} pattern */
  #take(pattern) {
    const found = pattern.exec(this.#source.slice(this.#at))?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  /** @param {string} what @returns {never} */
  #refuse(what) {
    const here = this.#source.slice(this.#at, this.#at + 30);
    throw new Error(`cannot put ${what} into JavaScript: \`${here}\` at ${this.#at} of \`${this.#source}\``);
  }
}
