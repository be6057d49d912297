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

/** To a worker, which handles one request after another, except that it loads policies beside. */
export type WorkerRequest =
  /** Load this policy, and judge by the one in force meanwhile. Contains secrets. */
  | { readonly kind: "policy"; readonly spec: SentrySpec; readonly slowTiers: SlowTiers }
  /** Judge all later lines by the policy that was loaded last. */
  | { readonly kind: "switch" }
  /** Judge the first `length` bytes of the buffer, which are whole lines. */
  | { readonly kind: "block"; readonly buffer: TransferBuffer; readonly length: number }
  /** Judge the lines that begin in a range of a file. */
  | { readonly kind: "range"; readonly range: FileRange };

/** From a worker: one for each policy that is loaded, and one for each task, in their order. */
export type WorkerResponse =
  | { readonly kind: "policy" }
  /** The buffer is that of the block. */
  | { readonly kind: "batch"; readonly batch: Batch; readonly buffer?: TransferBuffer };
