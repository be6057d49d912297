// Access to streams and buckets: what is missing, and what cannot be reached now.

import { setTimeout as delay } from "node:timers/promises";
import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import { CliError, errorText } from "a3s-sentry/host";

const RETRY_MS = 1_000;

/** Whether the servers say that a stream or bucket does not exist. Other errors may pass, such as an election. */
function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}

/** The error of a command that cannot use something of the servers, such as `` the bucket `x` ``. */
export function accessError(what: string, error: unknown): CliError {
  const hint = isMissing(error) ? ": run `a3s-sentry fleet init`" : "";
  return new CliError(`cannot use ${what}: ${errorText(error)}${hint}`, { cause: error });
}

/**
 * Does what needs the servers, and does it again while they cannot answer, as a cluster without a leader. Rejects if what
 * is needed does not exist. `undefined` if `signal` aborts.
 */
export async function whenAvailable<T>(
  work: () => Promise<T>,
  { signal, onFailure }: { readonly signal: AbortSignal; readonly onFailure: (why: string) => void },
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) break;
      if (error instanceof Error && isMissing(error.cause)) throw error;
      onFailure(errorText(error));
      await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}
