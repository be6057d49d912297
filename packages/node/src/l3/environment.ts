// What an investigator gets of sentry's environment: what programs need to run and to reach the network, and its endpoint.

import { type Endpoint, endpointOf } from "./endpoint.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Programs, the user's folders, language and time, temporary files, proxies and certificates. */
const PASSED = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"],
  ...["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
]);

/** `LC_*`, and all that is meant for the investigator. */
const PASSED_BEGINNINGS = /^(?:LC_|SENTRY_L3_)/;

/**
 * The environment of an investigator. Sentry's own variables stay behind, and so does whatever else is in its environment:
 * an investigator reads what an attacker wrote, and may be talked into telling what it knows.
 */
export function investigatorEnvironment(
  own: Environment,
  llm: Endpoint | null,
  timeoutS: number,
): Record<string, string> {
  const passed = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (PASSED.has(entry[0]) || PASSED_BEGINNINGS.test(entry[0])),
  );
  const { url, model, key } = endpointOf(own, llm);
  return {
    ...Object.fromEntries(passed),
    ...(url && { SENTRY_L3_URL: url }),
    ...(model && { SENTRY_L3_MODEL: model }),
    ...(key && { SENTRY_L3_KEY: key }),
    A3S_SENTRY_AGENT_TIMEOUT: String(timeoutS),
  };
}
