// The totals of a worker.

import { addCounts, countOf, type Tally, zeroTally } from "a3s-sentry/host";

/** Each event counts once for each time that its decision was stored. */
export class WorkerTotals {
  readonly tally = zeroTally();
  events = 0;
  /** Messages of decisions that were stored. */
  messages = 0;
  /** Messages that came again: their worker died, was too slow, or could not store. */
  redeliveries = 0;
  deadLetters = 0;
  readonly denies = { published: 0, refused: 0, limited: 0, failed: 0 };
  /** Requests to the servers that failed and were tried again. */
  failures = 0;

  get blocked(): number {
    return countOf(this.tally.decisions, "block");
  }

  /** Counts a message whose decisions are stored. */
  decided(events: number, { decisions, failedOpen, failedClosed, overloaded }: Tally): void {
    this.messages += 1;
    this.events += events;
    addCounts(this.tally.decisions, decisions);
    // All other events are plain allows, which have no audit line.
    this.tally.decisions.Rules.allow += events - countOf(decisions, "allow") - countOf(decisions, "block");
    this.tally.failedOpen += failedOpen;
    this.tally.failedClosed += failedClosed;
    this.tally.overloaded += overloaded;
  }
}
