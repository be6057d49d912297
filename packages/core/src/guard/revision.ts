// The revision of a policy: a name for its exact content.

import { sha256 } from "./sha256.js";

/** A value that is computed once, and is at hand without waiting from then on. */
export type Revision = () => string | Promise<string>;

/** The revision of a policy that `content` describes: the first 32 digits of its SHA-256. */
export function revisionOf(content: () => unknown): Revision {
  let known: string | undefined;
  const compute = async (): Promise<string> => {
    known = (await sha256(JSON.stringify(content()))).slice(0, 32);
    return known;
  };
  return () => known ?? compute();
}
