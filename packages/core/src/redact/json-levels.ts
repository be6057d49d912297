// Follows a text that comes in parts through JSON, and JSON in strings of JSON.

/** The most strings in one another that are followed. */
const MAX_LEVELS = 6;
/** What precedes the data of a server-sent event. */
const DATA = "data:";

const [BACKSLASH, QUOTE, LINE_FEED, RETURN] = [0x5c, 0x22, 0x0a, 0x0d];
const [LETTER_N, LETTER_R, LETTER_T] = [0x6e, 0x72, 0x74];

/** The units that may change where a text is, besides the first of a line or a string. */
const LAST_READ = 0x7d;
const READ = new Uint8Array(LAST_READ + 1);
for (const unit of '"\\[]{}\n\r') READ[unit.charCodeAt(0)] = 1;

/**
 * Where the text read so far ends. An object or list of JSON begins at the start of the text, of a
 * line, or of a string. Text that is not JSON may be taken for it; JSON is always recognised.
 */
export class JsonLevels {
  /** The number of strings around the present place: each is a part of the one before. */
  #level = 0;
  /** The open objects and lists in the text, and in each of the strings. */
  readonly #depths = [0];
  /** Whether there are only blanks since the start of the text, line or string. */
  #isAtStart = true;
  /** How much of `data:` was read. */
  #data = 0;
  /** The backslashes directly before. */
  #slashes = 0;

  /** The quote of a string that began here; `undefined` where JSON has no value. */
  quote(): string | undefined {
    if ((this.#depths[this.#level] ?? 0) === 0) return undefined;
    return `${"\\".repeat(2 ** this.#level - 1)}"`;
  }

  read(text: string, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at);
      // Most units of a text change nothing.
      if ((code > LAST_READ || READ[code] === 0) && this.#slashes === 0 && !this.#isAtStart) continue;
      if (code === BACKSLASH) this.#slashes++;
      else if (this.#slashes > 0 || code === QUOTE) this.#escaped(code);
      else this.#plain(code);
    }
  }

  /** A quote, or what follows a backslash. */
  #escaped(code: number): void {
    const slashes = this.#slashes;
    this.#slashes = 0;
    const isBlank = code === LETTER_N || code === LETTER_R || code === LETTER_T;
    if (code !== QUOTE) {
      if (code === LINE_FEED || code === RETURN) this.#plain(code);
      else this.#isAtStart = isBlank && (code !== LETTER_T || this.#isAtStart);
      return;
    }
    // A quote has 2^n - 1 backslashes in n strings. Those of backslashes before it are even in each.
    const level = 31 - Math.clz32(~slashes & (slashes + 1));
    const isOpening = level === this.#level && (this.#depths[level] ?? 0) > 0 && level < MAX_LEVELS;
    if (isOpening) this.#depths[++this.#level] = 0;
    else if (level < this.#level) this.#level = level;
    this.#isAtStart = isOpening;
  }

  #plain(code: number): void {
    const depth = this.#depths[this.#level] ?? 0;
    switch (code) {
      case LINE_FEED:
      case RETURN:
        // No string of JSON has a line break.
        if (this.#level > 0) this.#depths[0] = 0;
        this.#level = 0;
        this.#isAtStart = true;
        this.#data = 0;
        return;
      case 0x20:
      case 0x09:
      case 0xfeff:
        return;
      case 0x5b:
      case 0x7b:
        if (depth > 0 || this.#isAtStart) this.#depths[this.#level] = depth + 1;
        break;
      case 0x5d:
      case 0x7d:
        if (depth > 0) this.#depths[this.#level] = depth - 1;
        break;
      default:
        if (!this.#isAtStart) return;
        if (this.#level === 0 && code === DATA.charCodeAt(this.#data)) {
          this.#data++;
          return;
        }
    }
    this.#isAtStart = false;
  }
}
