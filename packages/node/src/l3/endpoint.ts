// The endpoint of an investigator: its own, or that of L2.

/** An OpenAI-compatible endpoint, as far as it is known. */
export interface Endpoint {
  readonly url: string;
  readonly model: string;
  readonly key: string | null;
}

/**
 * `SENTRY_L3_URL`, `SENTRY_L3_MODEL` and `SENTRY_L3_KEY`; what is unset or empty is taken from the endpoint of L2, but its key only for
 * its address: a key is not shown to another host.
 */
export function endpointOf(
  env: Readonly<Record<string, string | undefined>>,
  llm: Partial<Endpoint> | null,
): Partial<Endpoint> {
  const url = env["SENTRY_L3_URL"] || llm?.url;
  const model = env["SENTRY_L3_MODEL"] || llm?.model;
  const key = env["SENTRY_L3_KEY"] || (url === llm?.url ? llm?.key : null);
  return { ...(url && { url }), ...(model && { model }), ...(key && { key }) };
}
