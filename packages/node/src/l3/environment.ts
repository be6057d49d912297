// The environment of an investigator: what a program needs to run and to reach the network, and the
// endpoint.

import { resolve } from "node:path";
import { type Endpoint, endpointOf } from "./endpoint.js";
import type { User } from "./user.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Programs, locale and time zone, temporary files and certificates. */
const PASSED_NAMES = new Set([
  ...["PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
]);

/** The user's folders. */
const USER_NAMES = new Set([
  ...["HOME", "USER", "LOGNAME", "SHELL"],
  ...["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"],
]);

const PROXY_NAME = /^(?:https?|all|no)_proxy$/i;

/** A proxy's user and password, after the scheme. */
const PROXY_LOGIN = /^(\w[\w+.-]*:\/\/)?.*@/s;

/** The locale, and the investigator's own settings. */
const PASSED_PREFIXES = /^(?:LC_|SENTRY_L3_)/;

/**
 * Builds the environment of an investigator from sentry's `own`. Leaves out sentry's variables and
 * all others that are not listed, and the passwords of proxies: an investigator reads text that an
 * attacker wrote, which may persuade it to reveal what it knows. With `user`, the variables of its
 * folders are that user's.
 */
export function investigatorEnvironment(
  own: Environment,
  llm: Endpoint | null,
  timeoutS: number,
  user?: User,
): Record<string, string> {
  const isPassed = (name: string): boolean =>
    PASSED_NAMES.has(name) ||
    PASSED_PREFIXES.test(name) ||
    PROXY_NAME.test(name) ||
    (user === undefined && USER_NAMES.has(name));
  const passed = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && isPassed(name) ? [[name, PROXY_NAME.test(name) ? withoutLogin(value) : value]] : [],
  );
  const { url, model, key, keyFile } = endpointOf(own, llm);
  return {
    ...Object.fromEntries(passed),
    ...(user && { HOME: user.home, USER: user.name, LOGNAME: user.name, SHELL: user.shell }),
    ...(url && { SENTRY_L3_URL: url }),
    ...(model && { SENTRY_L3_MODEL: model }),
    ...(key && { SENTRY_L3_KEY: key }),
    // The program runs in another folder.
    ...(keyFile && { SENTRY_L3_KEY_FILE: resolve(keyFile) }),
    A3S_SENTRY_AGENT_TIMEOUT: String(timeoutS),
  };
}

function withoutLogin(proxy: string): string {
  return proxy.replace(PROXY_LOGIN, "$1");
}
