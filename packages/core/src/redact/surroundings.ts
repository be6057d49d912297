// Follows where a place of a text is: in a web address, in the target of a Markdown link, or in an
// HTML tag. A secret that is put there may be sent to somebody when the text is shown or opened.

/** What a text is sent to when it is shown or opened. */
export type Target = "url" | "link" | "tag";

/** A target around a place, and where it starts. */
export interface Surrounding {
  readonly target: Target;
  readonly start: number;
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const AMPERSAND = 0x26;
const APOSTROPHE = 0x27;
const OPEN_PAREN = 0x28;
const CLOSE_PAREN = 0x29;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const BACKTICK = 0x60;

/** Beside letters, what a tag may begin with: `!`, `&`, `/`, `?`, `\\`. */
const TAG_STARTS: readonly number[] = [0x21, AMPERSAND, SLASH, QUESTION, BACKSLASH];
/** Schemes that need no slashes. */
const SCHEME = /(?:mailto|data|javascript|tel|sms)$/i;
/** A host name before a path or a query. */
const HOST = /(?:^|[^\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/i;
/** The UTF-16 units that are searched for these. */
const MAX_NAME = 80;

/**
 * Reads a text once, unit by unit, in constant memory. Errs on the side of targets: a place that may
 * be in one counts as in one.
 */
export class Surroundings {
  /** The run of units without white space and angle brackets; a run in quotes ends with them. */
  #runAt = 0;
  /** The quote before the run, or 0. */
  #quote = 0;
  #isUrl = false;
  /** Parentheses that are open in the target of a link; 0 outside. */
  #parens = 0;
  #linkAt = 0;
  /** Whether the target of the link is in angle brackets, which parentheses do not end. */
  #isAngled = false;
  #isTag = false;
  /** Whether the tag has an attribute, or an address. */
  #hasAttribute = false;
  #tagAt = 0;
  #last = 0;

  clone(): Surroundings {
    const copy = new Surroundings();
    copy.#runAt = this.#runAt;
    copy.#quote = this.#quote;
    copy.#isUrl = this.#isUrl;
    copy.#parens = this.#parens;
    copy.#linkAt = this.#linkAt;
    copy.#isAngled = this.#isAngled;
    copy.#isTag = this.#isTag;
    copy.#hasAttribute = this.#hasAttribute;
    copy.#tagAt = this.#tagAt;
    copy.#last = this.#last;
    return copy;
  }

  /** Moves all places back: the text has lost as many units at its start. */
  shift(units: number): void {
    this.#runAt -= units;
    this.#linkAt -= units;
    this.#tagAt -= units;
  }

  /** The outermost target around the place that was reached. Its start may be no longer in the text. */
  get surrounding(): Surrounding | undefined {
    if (this.#isTag && this.#hasAttribute) return { target: "tag", start: this.#tagAt };
    if (this.#parens > 0) return { target: "link", start: this.#linkAt };
    return this.#isUrl ? { target: "url", start: this.#runAt } : undefined;
  }

  /** The earliest place that a target which goes on may start at. */
  get earliest(): number {
    const link = this.#parens > 0 ? this.#linkAt : this.#runAt;
    return Math.min(this.#runAt, link, this.#isTag ? this.#tagAt : link);
  }

  /** Whether the place that was reached is still in a target. */
  isIn({ target, start }: Surrounding): boolean {
    switch (target) {
      case "tag":
        return this.#isTag && this.#tagAt === start;
      case "link":
        return this.#parens > 0 && this.#linkAt === start;
      case "url":
        return this.#isUrl && this.#runAt === start;
    }
  }

  /** Reads the units of `text` from `from` to `to`. */
  read(text: string, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#readUnit(text, at);
  }

  #readUnit(text: string, at: number): void {
    const unit = text.charCodeAt(at);
    const last = this.#last;
    this.#last = unit;
    if (this.#isTag && last === LESS && this.#tagAt === at - 1) this.#isTag = isTagName(unit);
    switch (unit) {
      case NEWLINE:
        this.#parens = 0;
        this.#endRun(at);
        return;
      case TAB:
      case RETURN:
      case SPACE:
        this.#endRun(at);
        return;
      case QUOTE:
      case APOSTROPHE:
      case BACKTICK:
        // Links that programs find in a text go on behind a quote that stands within them.
        if (this.#isUrl && this.#quote !== unit) return;
        this.#endRun(at);
        this.#quote = unit;
        return;
      case LESS:
        if (this.#parens === 1 && isBlank(text, this.#linkAt, at)) this.#isAngled = true;
        if (!this.#isTag) {
          this.#isTag = true;
          this.#hasAttribute = false;
          this.#tagAt = at;
        }
        this.#endRun(at);
        return;
      case GREATER:
        this.#isTag = false;
        this.#isAngled = false;
        this.#endRun(at);
        return;
      case OPEN_PAREN:
        if (this.#parens > 0) this.#parens += last === BACKSLASH ? 0 : 1;
        else if (last === CLOSE_BRACKET) {
          this.#parens = 1;
          this.#linkAt = at + 1;
          this.#isAngled = false;
          this.#endRun(at);
        }
        return;
      case CLOSE_PAREN:
        if (this.#parens === 0 || this.#isAngled || last === BACKSLASH) return;
        if (--this.#parens === 0) this.#endRun(at);
        return;
      case EQUALS:
        this.#hasAttribute = true;
        return;
      case SLASH:
        if (last === SLASH || last === BACKSLASH) this.#startUrl();
        else this.#afterHost(text, at);
        return;
      case BACKSLASH:
        if (last === SLASH) this.#startUrl();
        return;
      case HASH:
        if (last === AMPERSAND) this.#hasAttribute = true;
        this.#afterHost(text, at);
        return;
      case QUESTION:
        this.#afterHost(text, at);
        return;
      case COLON:
        if (SCHEME.test(this.#before(text, at))) this.#startUrl();
        return;
      case DOT:
        if (this.#before(text, at).slice(-3).toLowerCase() === "www") this.#startUrl();
    }
  }

  #startUrl(): void {
    this.#isUrl = true;
    this.#hasAttribute = true;
  }

  #endRun(at: number): void {
    this.#isUrl = false;
    this.#quote = 0;
    this.#runAt = at + 1;
  }

  #afterHost(text: string, at: number): void {
    if (!this.#isUrl && HOST.test(this.#before(text, at))) this.#startUrl();
  }

  /** The end of the run before a place. */
  #before(text: string, at: number): string {
    return text.slice(Math.max(0, this.#runAt, at - MAX_NAME), at);
  }
}

/** Whether a tag, or an address in angle brackets, may begin with `<` and this unit. */
function isTagName(unit: number): boolean {
  const isLetter = (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
  return isLetter || TAG_STARTS.includes(unit);
}

function isBlank(text: string, from: number, to: number): boolean {
  return to - from <= MAX_NAME && text.slice(from, to).trim() === "";
}
