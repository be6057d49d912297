// The environment of an investigator: what a program needs to run and to reach the network, and the
// endpoint.

import { type Endpoint, endpointOf } from "./endpoint.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Programs, the user's folders, locale and time zone, temporary files, proxies and certificates.
 */
const PASSED_NAMES = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"],
  ...["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
]);

/** The locale, and the investigator's own settings. */
const PASSED_PREFIXES = /^(?:LC_|SENTRY_L3_)/;

/**
 * Builds the environment of an investigator from sentry's `own`. Leaves out sentry's variables and
 * all others that are not listed: an investigator reads text that an attacker wrote, which may
 * persuade it to reveal what it knows.
 */
export function investigatorEnvironment(
  own: Environment,
  llm: Endpoint | null,
  timeoutS: number,
): Record<string, string> {
  const passed = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (PASSED_NAMES.has(entry[0]) || PASSED_PREFIXES.test(entry[0])),
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
