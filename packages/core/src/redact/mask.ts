// Masking a text: placeholders in the place of its secrets, in one pass.

import type { Finds } from "../engine/finds.js";

/** The texts that are joined at a time. Appended one by one, many texts would make a deep rope. */
const BATCH = 1024;

/** `text` with a placeholder for each of its secrets. `placeholderOf` is called in their order. */
export function mask(text: string, finds: Finds, placeholderOf: (find: number) => string): string {
  if (finds.count === 0) return text;
  let masked = "";
  let batch: string[] = [];
  let at = 0;
  for (let find = 0; find < finds.count; find++) {
    batch.push(text.slice(at, finds.start(find)), placeholderOf(find));
    at = finds.end(find);
    if (batch.length < BATCH) continue;
    masked += batch.join("");
    batch = [];
  }
  batch.push(text.slice(at));
  return masked + batch.join("");
}
