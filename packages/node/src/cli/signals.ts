// Handles the signals of a run.

/**
 * Catches SIGHUP, which would end the process by default. Keeps one that comes before the first
 * listener.
 */
export class HangUps {
  #isPending = false;
  #listener = (): void => {
    this.#isPending = true;
  };
  readonly #onSignal = (): void => this.#listener();

  constructor() {
    process.on("SIGHUP", this.#onSignal);
  }

  listen(listener: () => void): void {
    this.#listener = listener;
    if (this.#isPending) listener();
  }

  close(): void {
    process.off("SIGHUP", this.#onSignal);
  }
}

/**
 * Aborts the work on SIGINT or SIGTERM, so that it ends in order. A second one ends the process at
 * once.
 */
export async function untilSignalled<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    removeHandlers();
  };
  const removeHandlers = (): void => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    removeHandlers();
  }
}
