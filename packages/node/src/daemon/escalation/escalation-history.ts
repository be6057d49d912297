// The history that L3 may ask for: the events of an actor before an escalation.

import type { JudgedEvent } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";
import type { FileInput } from "../input/file-input.js";
import { FileHistory, type History, StreamHistory } from "../input/history.js";
import { recentEvents, withRecent } from "../input/recent-events.js";
import type { QueuedEscalation } from "./escalation-queue.js";

/** Remembers the last chunks of a stream, or reads the input again if it is a file. */
export class EscalationHistory {
  readonly #stream = new StreamHistory();
  #history: History = this.#stream;

  /** Reads a file in place of remembered chunks, from the offset at which the run begins. */
  useFile(file: FileInput, begin: number): void {
    this.#history = new FileHistory(file, begin);
  }

  /**
   * Remembers the next chunk of a stream, which ends at offset `end`. `oldestNeeded` is the offset
   * of the oldest escalation that L3 may still judge.
   */
  remember(chunk: Uint8Array, end: number, oldestNeeded: number | undefined): void {
    this.#stream.add(chunk, end, oldestNeeded);
  }

  /** Forgets all chunks. */
  clear(): void {
    this.#stream.clear();
  }

  /** The event of an escalation, with its recent events if `by` has an L3. */
  eventFor({ event, offset }: QueuedEscalation, by: Sentry): JudgedEvent | null {
    if (event === null || by.tiers.l3 === undefined) return event;
    return withRecent(event, () => recentEvents(event, offset, this.#history, (line) => by.facts(line)));
  }
}
