// The documents that the editor has open, and the files beside them.

import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Outline, outlineOf } from "@a3s-sentry/core/tools";
import type { TextDocuments } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";

/** The largest text that features read; the check itself reports that it is too large. */
const MAX_UNITS = 1 << 20;

export class Documents {
  readonly #open: TextDocuments<TextDocument>;
  readonly #outlines = new Map<string, { readonly document: TextDocument; version: number; outline: Outline }>();

  constructor(open: TextDocuments<TextDocument>) {
    this.#open = open;
    open.onDidClose(({ document }) => this.#outlines.delete(document.uri));
  }

  get all(): readonly TextDocument[] {
    return this.#open.all();
  }

  get(uri: string): TextDocument | undefined {
    return this.#open.get(uri);
  }

  /** The open document of a file. */
  ofPath(path: string): TextDocument | undefined {
    const wanted = resolve(path);
    return this.all.find(({ uri }) => pathOf(uri) === wanted);
  }

  /** The outline of an open document in ACL; `undefined` for others, and for a text that is too large. */
  outlineOf(uri: string): { readonly document: TextDocument; readonly outline: Outline } | undefined {
    const document = this.get(uri);
    if (document === undefined || isToml(uri)) return undefined;
    const known = this.#outlines.get(uri);
    if (known?.document === document && known.version === document.version) return known;
    const text = document.getText();
    if (text.length > MAX_UNITS) return undefined;
    const found = { document, version: document.version, outline: outlineOf(text) };
    this.#outlines.set(uri, found);
    return found;
  }
}

/** The absolute path of a `file:` URI; `undefined` for others, such as text that was never saved. */
export function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith("file:") ? resolve(fileURLToPath(uri)) : undefined;
  } catch {
    return undefined;
  }
}

export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

export function isToml(uri: string): boolean {
  return /\.toml$/i.test(uri);
}

/** Whether a file has tests alone. */
export function isTests(uri: string): boolean {
  return /\.test\.acl$/i.test(uri);
}

/** A text that is not open, for its lines and columns. */
export function closedDocument(uri: string, text: string): TextDocument {
  return TextDocument.create(uri, "acl", 0, text);
}
