// Finds the word that a mistyped one was meant to be.

/**
 * The candidate with the fewest edits, in any case of letters; `undefined` if more than a third of
 * its letters differ.
 */
export function closest<Word extends string>(word: string, candidates: readonly Word[]): Word | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const typed = letters(word);
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: distance(typed, letters(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

/** Longer words are no typing errors. */
const MAX_LENGTH = 64;

/** Names in another style, such as `tool_exec`, have the same letters. */
function letters(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, "");
}

/** The number of insertions, deletions and replacements between two words. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (above[j] ?? 0) + (letter === b[j] ? 0 : 1);
      row.push(Math.min(replaced, (above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
