// The endpoint for Prometheus of a command that runs until it is interrupted.

import type { Address } from "../daemon/config/address.js";
import { variable } from "../daemon/config/environment-variables.js";
import { parseListenAddress } from "../daemon/config/setting-values.js";
import { type Listening, serve } from "../daemon/telemetry/http-endpoint.js";
import type { Metrics } from "../daemon/telemetry/metrics.js";
import { CliError, errorText, type Io } from "./io.js";

type MetricsLibrary = typeof import("../daemon/telemetry/metrics.js");

/** The address of `--metrics-addr`, or of its variable. Throws a `SettingsError`. */
export function metricsAddress(flag: string | undefined, env: Io["env"]): Address | undefined {
  const text = variable(env, "METRICS_ADDR");
  if (flag !== undefined) return parseListenAddress({ text: flag, source: "--metrics-addr" });
  return parseListenAddress(text === undefined ? undefined : { text, source: "A3S_SENTRY_METRICS_ADDR" });
}

/** The metrics of a command, if they are served: the library is loaded only then. */
export async function metricsFor<Kind>(
  address: Address | undefined,
  make: (library: MetricsLibrary) => Kind,
): Promise<Kind | undefined> {
  return address === undefined ? undefined : make(await import("../daemon/telemetry/metrics.js"));
}

/**
 * Serves metrics, if there are any. `problem` says why the process is not healthy; `undefined` if it is. Rejects with a
 * `CliError` if it cannot listen at the address.
 */
export async function serveMetrics<State>(
  address: Address | undefined,
  metrics: Metrics<State> | undefined,
  problem: () => string | undefined,
): Promise<Listening | undefined> {
  if (address === undefined || metrics === undefined) return undefined;
  try {
    return await serve(address, { metrics: () => metrics.text(), problem });
  } catch (error) {
    throw new CliError(`cannot serve metrics at \`${address.text}\`: ${errorText(error)}`, { cause: error });
  }
}
