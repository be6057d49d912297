// A semaphore in shared memory. It limits the escalations that are queued or judged.

/**
 * Cells of the shared memory: the free permits, then one cell per worker with the permits that it
 * holds.
 */
const FREE = 0;
const FIRST_WORKER = 1;

/**
 * A permit is acquired on the thread that judges the escalation, and released with its outcome. So
 * each thread knows at once that the queue is full, and asks no other thread.
 */
export class SharedSemaphore {
  /** Can be sent to other threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #worker: number | undefined;

  /**
   * The semaphore of a worker, by its number, or of the main thread, which outlives all workers.
   */
  constructor(shared: SharedArrayBuffer, worker?: number) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
    this.#worker = worker;
  }

  /** `permits` free permits, for the main thread and workers with numbers below `workers`. */
  static create(permits: number, workers: number): SharedSemaphore {
    const shared = new SharedArrayBuffer((FIRST_WORKER + workers) * Int32Array.BYTES_PER_ELEMENT);
    const semaphore = new SharedSemaphore(shared);
    semaphore.release(permits);
    return semaphore;
  }

  /** Takes a permit. `false` if none is free. */
  tryAcquire(): boolean {
    for (let free = Atomics.load(this.#cells, FREE); free > 0; ) {
      const seen = Atomics.compareExchange(this.#cells, FREE, free, free - 1);
      if (seen === free) {
        if (this.#worker !== undefined) Atomics.add(this.#cells, FIRST_WORKER + this.#worker, 1);
        return true;
      }
      free = seen;
    }
    return false;
  }

  /** Transfers permits from a worker to the main thread, which has received the escalations. */
  transfer(count: number, worker: number): void {
    Atomics.sub(this.#cells, FIRST_WORKER + worker, count);
  }

  /** Releases all permits that a worker held when it ended. */
  reclaim(worker: number): void {
    this.release(Atomics.exchange(this.#cells, FIRST_WORKER + worker, 0));
  }

  release(count: number): void {
    Atomics.add(this.#cells, FREE, count);
  }

  /** The number of free permits. */
  get free(): number {
    return Atomics.load(this.#cells, FREE);
  }
}
