// Room for escalations: how many may wait for a slow tier, or be with one, counted across all threads.

/** Cells of the shared memory: the free slots, then for each other thread those that it has taken and not handed on yet. */
const FREE = 0;
const FIRST_THREAD = 1;

/**
 * A slot is taken where an escalation is judged, on whatever thread, and given back when its outcome is there: so a full
 * queue is known at once, everywhere, without asking another thread.
 */
export class Slots {
  /** May go to other threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #thread: number | undefined;

  /** Those of the main thread, which must not end before they do, or of another thread, by its number. */
  constructor(shared: SharedArrayBuffer, thread?: number) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
    this.#thread = thread;
  }

  /** `total` free slots, for the main thread and others of numbers below `threads`. */
  static withRoom(total: number, threads: number): Slots {
    const slots = new Slots(new SharedArrayBuffer((FIRST_THREAD + threads) * Int32Array.BYTES_PER_ELEMENT));
    slots.give(total);
    return slots;
  }

  /** `false` where none is free. */
  take(): boolean {
    for (let free = Atomics.load(this.#cells, FREE); free > 0; ) {
      const seen = Atomics.compareExchange(this.#cells, FREE, free, free - 1);
      if (seen === free) {
        if (this.#thread !== undefined) Atomics.add(this.#cells, FIRST_THREAD + this.#thread, 1);
        return true;
      }
      free = seen;
    }
    return false;
  }

  /** Notes that escalations of a thread have arrived: their slots are no longer its own. */
  handedOn(count: number, thread: number): void {
    Atomics.sub(this.#cells, FIRST_THREAD + thread, count);
  }

  /** Frees what a thread that is gone had taken and not handed on. */
  reclaim(thread: number): void {
    this.give(Atomics.exchange(this.#cells, FIRST_THREAD + thread, 0));
  }

  /** Frees slots. */
  give(count: number): void {
    Atomics.add(this.#cells, FREE, count);
  }

  get free(): number {
    return Atomics.load(this.#cells, FREE);
  }
}
