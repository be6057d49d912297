// One signal for two reasons to stop: a caller's signal, and the end of whoever runs the work.

/**
 * Runs `work` with a signal that aborts, with the same reason, as soon as `signal` does. While it runs its controller is
 * one of `running`, for whoever ends it all: many listeners on one signal are what runtimes warn of.
 */
export async function withLinkedSignal<T>(
  running: Set<AbortController>,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  running.add(controller);
  try {
    return await work(controller.signal);
  } finally {
    running.delete(controller);
    signal?.removeEventListener("abort", abort);
  }
}
