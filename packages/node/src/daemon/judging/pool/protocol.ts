// What the threads of a crew tell each other.

import type { SentrySpec } from "@a3s-sentry/core";
import type { Routes } from "../../escalation/slow-tiers.js";
import type { Stretch } from "../../input/file-range.js";
import type { Batch } from "../line-judge.js";

/** Bytes that change hands: whoever sends them has them no more. */
export type Room = Uint8Array<ArrayBuffer>;

/** What a worker is born with: the memory of the slots, and its number among the takers. */
export interface WorkerData {
  readonly slots: SharedArrayBuffer;
  readonly thread: number;
}

/** To a worker. It takes one message after the other. */
export type Order =
  /** Judge by this policy from here on. Holds secrets. */
  | { readonly kind: "policy"; readonly recipe: SentrySpec; readonly routes: Routes }
  /** Judge the first `length` bytes of the room, which are whole lines. */
  | { readonly kind: "block"; readonly room: Room; readonly length: number }
  /** Judge the lines that begin in a stretch of a file. */
  | { readonly kind: "stretch"; readonly stretch: Stretch };

/** From a worker, one for each order and in their order. */
export type Answer =
  | { readonly kind: "policy" }
  /** With the room that the block came in. */
  | { readonly kind: "judged"; readonly batch: Batch; readonly room?: Room };
