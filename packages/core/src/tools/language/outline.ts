// The outline of an ACL text for editors: which sections it has, and what each token is for. Unlike
// the parser of the rule engine it finds one in any text, also while somebody types.

import { Outliner } from "./outliner.js";
import type { Token } from "./tokens.js";

/** The document, the body of a block, or an object. */
export interface Section {
  /** The names of the blocks and keys around, the outermost first, and its own at the end. */
  readonly path: readonly string[];
  /** The name of the block, or the key of the object; absent for the document. */
  readonly key?: Token;
  readonly labels: readonly Token[];
  readonly parent?: Section;
  readonly from: number;
  /** After its closing brace, or the end of the text. */
  readonly to: number;
  /** The keys in it, each time that they occur. */
  readonly keys: readonly Token[];
}

/** A place in an outline. With a `key` it is in that key's value, and with a `call` in the arguments of one. */
export interface Context {
  readonly section: Section;
  readonly key?: Token;
  readonly call?: string;
}

/** What a token is for. */
export type Role =
  | { readonly is: "key"; readonly section: Section }
  | { readonly is: "label"; readonly section: Section; readonly key: Token }
  | ({ readonly is: "value" } & Context)
  | { readonly is: "other" };

export interface Outline {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** For each token what it is for. */
  readonly roles: readonly Role[];
  /** For each token the place behind it; `undefined` where a block's label or body is expected. */
  readonly behind: readonly (Context | undefined)[];
  /** In the order of their beginnings; the document is the first. */
  readonly sections: readonly Section[];
}

/** The outline of a text. Takes time linear in the text. */
export function outlineOf(text: string): Outline {
  return new Outliner(text).outline();
}
