// A semaphore in shared memory. It limits the escalations that are queued or judged, and shares the
// permits among agents.

import { randomInt } from "node:crypto";

/** Cells of the shared memory: numbers of the whole, then the permits that each bucket holds. */
const FREE = 0;
const TOTAL = 1;
const RESERVE = 2;
const SEED = 3;
const ACTIVE = 4;
const JOINED = 5;
const FIRST_BUCKET = 6;
/**
 * Agents are counted by a hash of their name, so that a million of them take no more memory than
 * one. The seed differs in each run, so an agent cannot choose to share a bucket with another.
 */
const BUCKET_BITS = 10;
const BUCKETS = 1 << BUCKET_BITS;
/** The characters of a name that are hashed. */
const MAX_HASHED = 256;

/** Of a queue of so many places, an eighth is for escalations of severity high and above. */
export function reserveOf(queue: number): number {
  return Math.floor(queue / 8);
}

/** What a permit is for. */
export interface PermitRequest {
  /** The name of the agent, in any notation that is the same for each of its events. */
  readonly agent: string;
  /** The number of permits that the escalation takes: a long event takes several. */
  readonly weight: number;
  /** Whether the reserve is open to it: for a severity of high or above. */
  readonly urgent: boolean;
}

/** A granted request. Plain data: it crosses between threads with its escalation. */
export interface Permit {
  readonly bucket: number;
  readonly weight: number;
}

/**
 * A permit is acquired on the thread that judges the escalation, and released with its outcome. So
 * each thread knows at once that the queue is full, and asks no other thread.
 *
 * If all permits are taken, an agent that holds less than an equal share still gets one: the queue
 * then evicts an escalation of the agent that holds the most. So no more than twice the permits are
 * ever granted.
 */
export class SharedSemaphore {
  /** Can be sent to other threads. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;
  /** The first of the cells with the permits that this worker holds. */
  readonly #ownBuckets: number | undefined;

  /**
   * The semaphore of a worker, by its number, or of the main thread, which outlives all workers.
   */
  constructor(shared: SharedArrayBuffer, worker?: number) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
    this.#ownBuckets = worker === undefined ? undefined : bucketsOf(worker);
  }

  /**
   * `permits` free permits, `reserve` of them for urgent requests only, for the main thread and
   * workers with numbers below `workers`.
   */
  static create(permits: number, workers: number, reserve = 0): SharedSemaphore {
    const cells = bucketsOf(workers);
    const semaphore = new SharedSemaphore(new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT));
    semaphore.#cells.set([permits, permits, reserve, randomInt(2 ** 31)]);
    return semaphore;
  }

  /** The permits that there are. */
  get total(): number {
    return this.#load(TOTAL);
  }

  /** The permits for urgent requests only. */
  get reserve(): number {
    return this.#load(RESERVE);
  }

  /** The number of free permits: negative if agents below their share got more. */
  get free(): number {
    return this.#load(FREE);
  }

  /** Escalations that wait for the decision on an equal one. The main thread keeps it up to date. */
  get joined(): number {
    return this.#load(JOINED);
  }

  set joined(count: number) {
    Atomics.store(this.#cells, JOINED, count);
  }

  /** Takes permits. `undefined` if there are none for this agent. */
  tryAcquire({ agent, weight: asked, urgent }: PermitRequest): Permit | undefined {
    const { total } = this;
    const usable = urgent ? total : total - this.reserve;
    // An event of any length gets a permit if nothing else is queued.
    const permit = { bucket: this.#bucketOf(agent), weight: Math.max(1, Math.min(asked, usable)) };
    const { weight } = permit;
    for (let free = this.free; free - weight >= total - usable || this.#isBelowShare(permit, usable); ) {
      const seen = Atomics.compareExchange(this.#cells, FREE, free, free - weight);
      if (seen === free) {
        this.#hold(permit);
        return permit;
      }
      free = seen;
    }
    return undefined;
  }

  /** Transfers a permit from a worker to the main thread, which has received the escalation. */
  transfer({ bucket, weight }: Permit, worker: number): void {
    Atomics.sub(this.#cells, bucketsOf(worker) + bucket, weight);
  }

  /** Releases all permits that a worker held when it ended. */
  reclaim(worker: number): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const weight = Atomics.exchange(this.#cells, bucketsOf(worker) + bucket, 0);
      if (weight > 0) this.release({ bucket, weight });
    }
  }

  release({ bucket, weight }: Permit): void {
    const before = Atomics.sub(this.#cells, FIRST_BUCKET + bucket, weight);
    if (before === weight) Atomics.sub(this.#cells, ACTIVE, 1);
    Atomics.add(this.#cells, FREE, weight);
  }

  #hold({ bucket, weight }: Permit): void {
    const before = Atomics.add(this.#cells, FIRST_BUCKET + bucket, weight);
    if (before === 0) Atomics.add(this.#cells, ACTIVE, 1);
    if (this.#ownBuckets !== undefined) Atomics.add(this.#cells, this.#ownBuckets + bucket, weight);
  }

  /** Whether an agent would hold at most an equal share of the `usable` permits. */
  #isBelowShare({ bucket, weight }: Permit, usable: number): boolean {
    const held = this.#load(FIRST_BUCKET + bucket);
    const agents = this.#load(ACTIVE) + (held === 0 ? 1 : 0);
    return held + weight <= Math.floor(usable / Math.max(agents, 1));
  }

  #bucketOf(agent: string): number {
    let hash = this.#load(SEED);
    for (let i = Math.min(agent.length, MAX_HASHED) - 1; i >= 0; i--) {
      hash = Math.imul(hash ^ agent.charCodeAt(i), 0x0100_0193);
    }
    return (hash >>> 0) >>> (32 - BUCKET_BITS);
  }

  #load(cell: number): number {
    return Atomics.load(this.#cells, cell);
  }
}

/** The first of the cells with the permits that a worker holds. */
function bucketsOf(worker: number): number {
  return FIRST_BUCKET + BUCKETS * (worker + 1);
}
