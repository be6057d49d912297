// One signal for several reasons to stop. (`AbortSignal.any` is younger than Node 20.0.)

/** Runs `work` with a signal that aborts, with the same reason, as soon as one of `signals` does. */
export async function withLinkedSignal<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const listeners = signals.flatMap((signal) => {
    if (signal === undefined) return [];
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    return [() => signal.removeEventListener("abort", abort)];
  });
  try {
    return await work(controller.signal);
  } finally {
    for (const stop of listeners) stop();
  }
}
