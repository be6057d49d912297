// Signals: one that aborts with another, ending all work at once, and waiting no longer than a signal allows.

/** A signal of its own that also aborts, with the same reason, when another does. */
export interface Linked {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** To be called when the work is over, so that nothing is left on a signal that outlives it. */
  unlink(): void;
}

export function linked(to: AbortSignal | undefined): Linked {
  const controller = new AbortController();
  const follow = (): void => controller.abort(to?.reason);
  if (to?.aborted) follow();
  to?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => to?.removeEventListener("abort", follow),
  };
}

/** Work on its way, each piece with a signal of its own: many listeners on one signal are what runtimes warn of. */
export class Running {
  readonly #all = new Set<Linked>();

  async run<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = linked(signal);
    this.#all.add(own);
    try {
      return await work(own.signal);
    } finally {
      this.#all.delete(own);
      own.unlink();
    }
  }

  abort(reason: unknown): void {
    for (const own of this.#all) own.abort(reason);
  }
}

/** The work's outcome, or a rejection with the signal's reason as soon as that aborts, whether or not the work heeds it. */
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
