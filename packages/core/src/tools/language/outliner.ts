// Makes the outline of an ACL text.

import type { Context, Outline, Role, Section } from "./outline.js";
import { type Token, tokensOf, wordOf } from "./tokens.js";

/** Brackets that are nested deeper are passed over: the rule engine reads no deeper. */
const MAX_DEPTH = 64;

type Open = { -readonly [key in keyof Section]: Section[key] } & { readonly keys: Token[] };

/** What is open around a token. Of a section, `key` is the key that was read last. */
interface Frame {
  readonly is: "section" | "list" | "call";
  readonly section: Open;
  key: Token | undefined;
  readonly call?: string;
  labels: Token[];
  expects: "item" | "rest" | "value";
}

const OTHER: Role = { is: "other" };

/** Reads a text once, with a stack of what is open. */
export class Outliner {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #roles: Role[] = [];
  readonly #behind: (Context | undefined)[] = [];
  readonly #sections: Open[];
  readonly #frames: Frame[];
  #top: Frame;
  /** How many brackets are open that are nested too deep. */
  #passed = 0;
  /** The last token, if it is a name in the value of a key: it may be that of a call. */
  #name: { readonly token: Token; readonly key: Token } | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
    const document: Open = { path: [], labels: [], from: 0, to: text.length, keys: [] };
    this.#sections = [document];
    this.#top = { is: "section", section: document, key: undefined, labels: [], expects: "item" };
    this.#frames = [this.#top];
  }

  outline(): Outline {
    const significant = this.#tokens.filter(({ kind }) => kind !== "comment");
    let next = 0;
    for (const token of this.#tokens) {
      if (token.kind !== "comment") next += 1;
      this.#roles.push(this.#role(token, significant[next]));
      this.#behind.push(this.#context());
    }
    return {
      text: this.#text,
      tokens: this.#tokens,
      roles: this.#roles,
      behind: this.#behind,
      sections: this.#sections,
    };
  }

  #context(): Context | undefined {
    const { is, section, key, call, expects } = this.#top;
    if (is === "section" && expects === "rest") return undefined;
    const inValue = key !== undefined && (is !== "section" || expects === "value");
    return { section, ...(inValue && { key }), ...(call !== undefined && { call }) };
  }

  #role(token: Token, next: Token | undefined): Role {
    if (token.kind === "comment") return OTHER;
    if (token.kind === "mark") {
      this.#mark(this.#text.charAt(token.from), token);
      this.#name = undefined;
      return OTHER;
    }
    this.#name = undefined;
    if (this.#passed > 0) return OTHER;
    if (this.#isKey(token, next)) {
      this.#closeLists();
      Object.assign(this.#top, { key: token, labels: [], expects: "rest" });
      this.#top.section.keys.push(token);
      return { is: "key", section: this.#top.section };
    }
    const { is, section, key, call, expects } = this.#top;
    if (key === undefined) return OTHER;
    if (is === "section" && expects === "rest") {
      this.#top.labels.push(token);
      return { is: "label", section, key };
    }
    if (is === "section" && expects === "item") return OTHER;
    if (is === "section") this.#top.expects = "item";
    if (token.kind === "name") this.#name = { token, key };
    return { is: "value", section, key, ...(call !== undefined && { call }) };
  }

  /** A name before `=` or a body is a key also where a value is expected: that is still missing. */
  #isKey({ kind, from, to }: Token, next: Token | undefined): boolean {
    const mark = next?.kind === "mark" ? this.#text.charAt(next.from) : "";
    const { is, expects } = this.#top;
    if (kind === "text") return is === "section" && expects === "item" && (mark === "=" || mark === ":");
    if (kind !== "name") return false;
    if (mark === "=" || mark === ":" || mark === "{") return true;
    if (is !== "section") return false;
    if (expects !== "value") return true;
    return next?.kind === "text" && !/^(?:true|false|null)$/.test(this.#text.slice(from, to));
  }

  #mark(mark: string, { from, to }: Token): void {
    const top = this.#top;
    if ("{[(".includes(mark) && this.#frames.length > MAX_DEPTH) this.#passed += 1;
    else if ("}])".includes(mark) && this.#passed > 0) this.#passed -= 1;
    else if (this.#passed > 0) return;
    else if (mark === "{") this.#open(from);
    else if (mark === "[") this.#push({ is: "list", section: top.section, key: this.#valueKey(), labels: [] });
    else if (mark === "(") this.#call();
    else if (mark === "}") this.#close(to);
    else if ((mark === "]" || mark === ")") && top.is !== "section") this.#pop();
    else if ((mark === "=" || mark === ":") && top.is === "section" && top.expects === "rest") top.expects = "value";
    else if (mark === "," && top.is === "section") top.expects = "item";
  }

  /** The key whose value begins here. */
  #valueKey(): Token | undefined {
    const top = this.#top;
    const key = top.is === "section" && top.expects === "item" ? undefined : top.key;
    if (top.is === "section") top.expects = "item";
    return key;
  }

  #open(from: number): void {
    const { section: parent, labels } = this.#top;
    const key = this.#valueKey();
    const path = key === undefined ? parent.path : [...parent.path, wordOf(this.#text, key)];
    const section: Open = {
      path,
      labels: this.#top.is === "section" ? labels : [],
      parent,
      from: key?.from ?? from,
      to: this.#text.length,
      keys: [],
      ...(key !== undefined && { key }),
    };
    this.#sections.push(section);
    this.#push({ is: "section", section, key: undefined, labels: [] });
  }

  /** Opens the arguments of a call, if they follow its name. */
  #call(): void {
    const name = this.#name;
    if (name === undefined) return;
    const { section } = this.#top;
    this.#push({ is: "call", section, key: name.key, call: wordOf(this.#text, name.token), labels: [] });
  }

  /** Closes the innermost section, with lists and calls that are open in it. */
  #close(to: number): void {
    this.#closeLists();
    if (this.#frames.length === 1) return;
    this.#top.section.to = to;
    this.#pop();
  }

  #closeLists(): void {
    while (this.#top.is !== "section") this.#pop();
  }

  #push(frame: Omit<Frame, "expects">): void {
    this.#top = { ...frame, expects: "item" };
    this.#frames.push(this.#top);
  }

  /** Only for frames above that of the document. */
  #pop(): void {
    this.#frames.pop();
    this.#top = this.#frames.at(-1) ?? this.#top;
  }
}
