// Completion: the keys of the scope, and the words of the key.

import { docsOfWord, type KeyValue, type Scope, scopeOf, templateOf } from "@a3s-sentry/core/tools";
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { snippetCompletion } from "@codemirror/autocomplete";
import { placeAt } from "./place.js";

export function complete(context: CompletionContext): CompletionResult | null {
  const place = placeAt(context.state, context.pos);
  const scope = place && scopeOf(place.blocks);
  if (place === undefined || scope === undefined) return null;
  if (place.is === "name") {
    if (context.pos === place.from && !context.explicit) return null;
    return { from: place.from, options: keys(scope, place.set), validFor: /^[\w-]*$/ };
  }
  const value = Object.hasOwn(scope, place.key) ? scope[place.key]?.value : undefined;
  if (value === undefined) return null;
  const { node } = place;
  const inText =
    node !== null && node.name !== "Name" && /^["'`]/.test(context.state.sliceDoc(node.from, node.from + 1));
  const from = inText ? node.from + 1 : (context.matchBefore(/[\w*-]*$/)?.from ?? context.pos);
  const options = valuesOf(value, inText);
  return options.length === 0 ? null : { from, options, validFor: /^[\w*-]*$/ };
}

function keys(scope: Scope, set: ReadonlySet<string>): Completion[] {
  return Object.entries(scope)
    .filter(([key, { value }]) => !set.has(key) || (value.is === "scope" && value.label !== undefined))
    .map(([key, { value, docs }], index) =>
      snippetCompletion(templateOf(key, value), {
        label: key,
        type: value.is === "scope" ? "class" : "property",
        info: docs,
        boost: -index,
      }),
    );
}

function valuesOf(value: KeyValue, inText: boolean): Completion[] {
  if (value.is === "boolean" && !inText) return ["true", "false"].map((label) => ({ label, type: "constant" }));
  if (value.is !== "words") return [];
  return value.words.map((word, index) => ({
    label: word,
    apply: inText ? word : `"${word}"`,
    type: "enum",
    info: docsOfWord(word) ?? "",
    boost: -index,
  }));
}
