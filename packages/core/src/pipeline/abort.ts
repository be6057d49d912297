// Abort signals: one that follows another, ending all running work, and not waiting after an abort.

/** A signal of its own that also aborts when another signal does, with the same reason. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Call it when the work is over, so that no listener stays on a signal that outlives it. */
  unlink(): void;
}

export function linkedTo(other: AbortSignal | undefined): LinkedSignal {
  const controller = new AbortController();
  const follow = (): void => controller.abort(other?.reason);
  if (other?.aborted) follow();
  other?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => other?.removeEventListener("abort", follow),
  };
}

/**
 * Running work, which can be aborted all at once. Each piece has its own signal, since runtimes
 * warn of many listeners on one.
 */
export class RunningWork {
  readonly #signals = new Set<LinkedSignal>();

  async run<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = linkedTo(signal);
    this.#signals.add(own);
    try {
      return await work(own.signal);
    } finally {
      this.#signals.delete(own);
      own.unlink();
    }
  }

  abort(reason: unknown): void {
    for (const own of this.#signals) own.abort(reason);
  }
}

/**
 * The result of `work`. Rejects with the signal's reason as soon as that aborts, even if the work
 * goes on.
 */
export async function orAborted<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
