// Long computations in slices of time, so that the other work of the thread goes on in between.

/** Short, since a thread that judges a stream takes one chunk of it between two slices. */
const SLICE_MS = 2;

// Kept from the start, since tests replace the timers. Browsers lack `setImmediate`.
const yieldTo: (work: () => void) => unknown = typeof setImmediate === "function" ? setImmediate : later(setTimeout);

function later(timer: typeof setTimeout): (work: () => void) => unknown {
  return (work) => timer(work, 0);
}

/** Calls `step` until it returns a value, or until a slice of time has passed. */
export function slice<T>(step: () => T | undefined): T | undefined {
  const end = Date.now() + SLICE_MS;
  for (;;) {
    const result = step();
    if (result !== undefined || Date.now() >= end) return result;
  }
}

/** Runs a generator to its end, in slices of time: it yields between its steps. */
export async function inSlices<T>(steps: Generator<undefined, T>): Promise<T> {
  for (;;) {
    const last = slice(() => {
      const step = steps.next();
      return step.done ? step : undefined;
    });
    if (last !== undefined) return last.value;
    await pause();
  }
}

/** Resolves when other work of the thread has had its turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    try {
      yieldTo(resolve);
    } catch {
      // The edge runtime of Next.js has a `setImmediate` that throws.
      setTimeout(resolve, 0);
    }
  });
}
