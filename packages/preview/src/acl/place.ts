// Where the cursor is in a policy: the blocks around it, and the key whose value it is in.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";

export type Place =
  /** Where a name of an item may be. `from` is where it begins. */
  | {
      readonly is: "name";
      readonly blocks: readonly string[];
      readonly from: number;
      readonly set: ReadonlySet<string>;
    }
  /** In the value of a key, `inList` if in brackets. */
  | {
      readonly is: "value";
      readonly blocks: readonly string[];
      readonly key: string;
      readonly node: SyntaxNode | null;
    };

/** How long completion may wait for the parser. */
const PARSE_MS = 50;

const NAMES: ReadonlySet<string> = new Set(["AttributeName", "BlockName", "Key"]);
const SCOPES: ReadonlySet<string> = new Set(["Body", "Table", "Document"]);
const TEXTS: ReadonlySet<string> = new Set(["String", "RawString"]);

/** The place before `at`; `undefined` in comments, labels and where nothing can be completed. */
export function placeAt(state: EditorState, at: number): Place | undefined {
  const tree = ensureSyntaxTree(state, at, PARSE_MS) ?? syntaxTree(state);
  let node: SyntaxNode | null = tree.resolveInner(at, -1);
  if (/Comment|Heredoc/.test(node.name)) return undefined;
  const literal = TEXTS.has(node.name) ? node : null;
  const word = node.name === "Name" || node.type.isError ? node : null;
  for (; node !== null; node = node.parent) {
    if (node.name === "Label") return undefined;
    if (NAMES.has(node.name)) return named(state, node.parent, node.from);
    if (node.name === "Attribute" || node.name === "Entry") {
      const key = node.firstChild;
      const assign = key?.nextSibling ?? null;
      if (key !== null && at > key.to && isAssigned(state, key.to, at)) {
        return { is: "value", blocks: blocksAround(state, node), key: keyText(state, key), node: literal ?? word };
      }
      if (assign === null) return named(state, node, key?.from ?? at);
    }
    if (SCOPES.has(node.name)) {
      const start = state.sliceDoc(0, at).search(/[\p{L}\p{N}_-]*$/u);
      const open = openKey(state, start);
      if (open !== undefined) return { is: "value", blocks: blocksOf(state, node), key: open, node: null };
      return named(state, node, start);
    }
  }
  return undefined;
}

/** The key before `=`, if nothing but `=` and blanks are between it and the place. */
function openKey(state: EditorState, at: number): string | undefined {
  const line = state.doc.lineAt(at);
  return /([\p{L}_][\p{L}\p{N}_-]*)\s*[=:]\s*$/u.exec(line.text.slice(0, at - line.from))?.[1];
}

function isAssigned(state: EditorState, from: number, to: number): boolean {
  return /^\s*[=:]/.test(state.sliceDoc(from, to));
}

function named(state: EditorState, node: SyntaxNode | null, from: number): Place {
  let scope = node;
  while (scope !== null && !SCOPES.has(scope.name)) scope = scope.parent;
  const set = new Set<string>();
  for (let child = scope?.firstChild ?? null; child !== null; child = child.nextSibling) {
    const name = child.firstChild;
    if (name !== null && NAMES.has(name.name) && name.from !== from) set.add(keyText(state, name));
  }
  return { is: "name", blocks: blocksOf(state, scope), from, set };
}

export function blocksAround(state: EditorState, node: SyntaxNode): string[] {
  return blocksOf(state, node.parent);
}

/** The names of the blocks, and of the attributes with objects, around a scope. */
function blocksOf(state: EditorState, scope: SyntaxNode | null): string[] {
  const names: string[] = [];
  for (let node = scope; node !== null; node = node.parent) {
    if (node.name !== "Block" && node.name !== "Attribute" && node.name !== "Entry") continue;
    const name = node.firstChild;
    if (name !== null) names.unshift(keyText(state, name));
  }
  return names;
}

export function keyText(state: EditorState, node: SyntaxNode): string {
  return state.sliceDoc(node.from, node.to).replaceAll(/^["']|["']$/g, "");
}
