// The messages between the main thread and its workers.

import type { SentrySpec } from "@a3s-sentry/core";
import type { Batch } from "../../batch.js";
import type { FileRange } from "../../input/file-range.js";
import type { SlowTiers } from "../slow-tiers.js";

/** Bytes that move between threads: the sender loses them. */
export type TransferBuffer = Uint8Array<ArrayBuffer>;

/** The start data of a worker: the memory of the semaphore, and the worker's number. */
export interface WorkerInit {
  readonly semaphore: SharedArrayBuffer;
  readonly worker: number;
}

/** To a worker, which handles one request after another. */
export type WorkerRequest =
  /** Judge by this policy from now on. Contains secrets. */
  | { readonly kind: "policy"; readonly spec: SentrySpec; readonly slowTiers: SlowTiers }
  /** Judge the first `length` bytes of the buffer, which are whole lines. */
  | { readonly kind: "block"; readonly buffer: TransferBuffer; readonly length: number }
  /** Judge the lines that begin in a range of a file. */
  | { readonly kind: "range"; readonly range: FileRange };

/** From a worker, one per request, in the order of the requests. */
export type WorkerResponse =
  | { readonly kind: "policy" }
  /** The buffer is that of the block. */
  | { readonly kind: "batch"; readonly batch: Batch; readonly buffer?: TransferBuffer };
