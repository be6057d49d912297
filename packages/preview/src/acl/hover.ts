// Documentation of keys and words under the pointer.

import { docsOfWord, keyOf } from "@a3s-sentry/core/tools";
import { syntaxTree } from "@codemirror/language";
import { type EditorView, hoverTooltip, type Tooltip } from "@codemirror/view";
import { blocksAround, keyText } from "./place.js";

export const hoverDocs = hoverTooltip(docsAt, { hideOnChange: true });

function docsAt(view: EditorView, at: number, side: -1 | 1): Tooltip | null {
  const { state } = view;
  let node = syntaxTree(state).resolveInner(at, side);
  if (node.name === "Name" && node.parent !== null) node = node.parent;
  const text = keyText(state, node);
  let found: string | undefined;
  if (/^(?:AttributeName|BlockName|Key)$/.test(node.name) && node.parent !== null) {
    const item = node.parent;
    found = keyOf(blocksAround(state, item), text)?.docs;
  } else if (node.name === "String") {
    found = docsOfWord(text);
  }
  if (found === undefined) return null;
  const shown = found;
  return {
    pos: node.from,
    end: node.to,
    above: true,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "hover-docs";
      const name = dom.appendChild(document.createElement("code"));
      name.textContent = text;
      dom.appendChild(document.createElement("p")).textContent = shown;
      return { dom };
    },
  };
}
