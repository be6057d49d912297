// The files that a previewed policy includes: the page has no files, so it gets them with the policy.

import type { Include, IncludedFile } from "@a3s-sentry/core";
import { readTests } from "@a3s-sentry/core/tools";
import { lookAt } from "../look-at.js";

/** The files of one pattern, as `include` was asked for them. */
export interface Included {
  readonly pattern: string;
  readonly from: string | null;
  readonly files: readonly IncludedFile[];
}

/** Those that can be read. Rejects with a `PolicyError` if the policy itself cannot be. */
export async function includedBy(path: string): Promise<readonly Included[]> {
  const { source, options } = lookAt(path);
  const found: Included[] = [];
  const include: Include = async (pattern, from) => {
    const files = await options.include(pattern, from);
    found.push({ pattern, from, files });
    return files;
  };
  await readTests(source, { ...options, include });
  return found;
}
