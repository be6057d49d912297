// The endpoint of an investigator: its own, or that of L2.

/** An OpenAI-compatible endpoint. What is empty is not known, or not needed. */
export interface Endpoint {
  readonly url?: string | undefined;
  readonly model?: string | undefined;
  readonly key?: string | null | undefined;
}

/**
 * `SENTRY_L3_URL`, `SENTRY_L3_MODEL` and `SENTRY_L3_KEY`; what is unset or empty there is taken from the endpoint of L2, but its key only for
 * its address: a key is not shown to another host.
 */
export function endpointOf(env: Readonly<Record<string, string | undefined>>, llm: Endpoint | null): Endpoint {
  const { SENTRY_L3_URL, SENTRY_L3_MODEL, SENTRY_L3_KEY } = env;
  const url = SENTRY_L3_URL || llm?.url;
  const key = SENTRY_L3_KEY || (url === llm?.url ? llm?.key : undefined);
  return { url, model: SENTRY_L3_MODEL || llm?.model, key };
}
