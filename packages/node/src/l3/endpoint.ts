// The endpoint that an investigator uses: its own, or L2's.

/** An OpenAI-compatible endpoint. An empty field is unknown, or not needed. */
export interface Endpoint {
  readonly url?: string | undefined;
  readonly model?: string | undefined;
  readonly key?: string | null | undefined;
}

/**
 * Reads `SENTRY_L3_URL`, `SENTRY_L3_MODEL` and `SENTRY_L3_KEY`. Unset or empty ones come from L2's
 * endpoint; its key only for the same address, so that no other host sees it.
 */
export function endpointOf(env: Readonly<Record<string, string | undefined>>, llm: Endpoint | null): Endpoint {
  const { SENTRY_L3_URL, SENTRY_L3_MODEL, SENTRY_L3_KEY } = env;
  const url = SENTRY_L3_URL || llm?.url;
  const key = SENTRY_L3_KEY || (url === llm?.url ? llm?.key : undefined);
  return { url, model: SENTRY_L3_MODEL || llm?.model, key };
}
