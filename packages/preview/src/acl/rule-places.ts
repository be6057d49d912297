// Where the rules of a policy are in its text.

import type { SyntaxNode, Tree } from "@lezer/common";

/** The places of the rules' names, by name. Of rules with the same name, the first. */
export function rulePlaces(tree: Tree, text: string): Map<string, { readonly from: number; readonly to: number }> {
  const places = new Map<string, { readonly from: number; readonly to: number }>();
  for (let item = tree.topNode.firstChild; item !== null; item = item.nextSibling) {
    for (const node of namesIn(item, text)) {
      const name = literal(text.slice(node.from, node.to));
      if (!places.has(name)) places.set(name, { from: node.from, to: node.to });
    }
  }
  return places;
}

/** The strings that name rules: the label of a block, or `name` of an object in the list `rules`. */
function namesIn(item: SyntaxNode, text: string): SyntaxNode[] {
  const name = item.firstChild;
  const word = name === null ? "" : text.slice(name.from, name.to);
  if (item.name === "Block" && word === "rule") return item.getChildren("Label").slice(0, 1);
  if (item.name !== "Attribute" || word !== "rules") return [];
  const objects = item.getChild("List")?.getChildren("Table") ?? [];
  return objects
    .flatMap((object) => object.getChildren("Entry"))
    .filter(({ firstChild }) => firstChild !== null && /^"?name"?$/.test(text.slice(firstChild.from, firstChild.to)))
    .flatMap((entry) => entry.lastChild ?? []);
}

/** The text of a string. An escape that JSON does not know stays as it is. */
function literal(source: string): string {
  if (source.startsWith('"')) {
    try {
      return String(JSON.parse(source));
    } catch {
      // The core says what is wrong with it.
    }
  }
  return source.slice(1, -1);
}
