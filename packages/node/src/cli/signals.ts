// What a run does when the system sends it a signal.

/** SIGHUP, which would end the process where nobody hears it: one that comes before there is anything to reload is kept. */
export class HangUps {
  #came = false;
  #listener = (): void => {
    this.#came = true;
  };
  readonly #hear = (): void => this.#listener();

  constructor() {
    process.on("SIGHUP", this.#hear);
  }

  listen(listener: () => void): void {
    this.#listener = listener;
    if (this.#came) listener();
  }

  close(): void {
    process.off("SIGHUP", this.#hear);
  }
}

/** SIGINT or SIGTERM end the run in order; a second one ends the process at once. */
export async function untilSignalled<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    forget();
  };
  const forget = (): void => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    forget();
  }
}
