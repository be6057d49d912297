// The endpoint that an investigator uses: its own, or L2's.

/** An OpenAI-compatible endpoint. An empty field is unknown, or not needed. */
export interface Endpoint {
  readonly url?: string | undefined;
  readonly model?: string | undefined;
  readonly key?: string | null | undefined;
  /** The file with the key, instead of `key`. */
  readonly keyFile?: string | undefined;
}

/**
 * Reads `SENTRY_L3_URL`, `SENTRY_L3_MODEL`, `SENTRY_L3_KEY` and `SENTRY_L3_KEY_FILE`. Unset or empty
 * ones come from L2's endpoint; its key only for the same address, so that no other host sees it.
 * A key counts before a file.
 */
export function endpointOf(env: Readonly<Record<string, string | undefined>>, llm: Endpoint | null): Endpoint {
  const { SENTRY_L3_URL, SENTRY_L3_MODEL, SENTRY_L3_KEY, SENTRY_L3_KEY_FILE } = env;
  const url = SENTRY_L3_URL || llm?.url;
  const model = SENTRY_L3_MODEL || llm?.model;
  if (SENTRY_L3_KEY) return { url, model, key: SENTRY_L3_KEY };
  if (SENTRY_L3_KEY_FILE) return { url, model, keyFile: SENTRY_L3_KEY_FILE };
  return url === llm?.url ? { url, model, key: llm?.key, keyFile: llm?.keyFile } : { url, model };
}
