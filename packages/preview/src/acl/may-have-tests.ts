// Whether a policy may have tests: most have none, and need no tools.

import type { PolicyText } from "../judge/protocol.js";

/** Whether the word is in the policy, or in a file that it includes. */
export function mayHaveTests({ text, includes = [] }: PolicyText): boolean {
  const included = includes.flatMap(({ files }) => files.map((file) => file.text));
  return [text, ...included].some((one) => /\btests?\b/.test(one));
}
