// The metrics of a run for Prometheus: its readings, and what the slow tiers take, which is told as they judge.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { TierTime } from "../escalation/tier-timing.js";
import { type Observed, READINGS, type Reading } from "./metric-definitions.js";

/** From a fast classifier to an agent at the end of its time. */
const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** The slow tiers. */
const SLOW = ["Llm", "Agent"];

export class Metrics {
  readonly #registry = new Registry();
  readonly #seconds: Histogram;
  readonly #failures: Counter;

  /** `observed` is not asked before {@link text} is. */
  constructor(observed: () => Observed) {
    const labelNames = ["tier"];
    const registers = [this.#registry];
    this.#seconds = new Histogram({
      name: "sentry_tier_seconds",
      help: "Time that a slow tier took for a judgment.",
      labelNames,
      registers,
      buckets: SECONDS,
    });
    this.#failures = new Counter({
      name: "sentry_tier_failures_total",
      help: "Judgments that a slow tier failed at: not reached, out of time, junk for an answer.",
      labelNames,
      registers,
    });
    for (const tier of SLOW) {
      this.#seconds.zero({ tier });
      this.#failures.inc({ tier }, 0);
    }
    for (const reading of READINGS) this.#register(reading, observed);
  }

  /** Takes what a slow tier has taken. */
  readonly tierTook = ({ tier, seconds, failure }: TierTime): void => {
    this.#seconds.observe({ tier }, seconds);
    if (failure !== undefined) this.#failures.inc({ tier });
  };

  async text(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #register({ name, help, labels: labelNames = [], values }: Reading, observed: () => Observed): void {
    const Kind = name.endsWith("_total") ? Counter : Gauge;
    new Kind({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect(this: Counter | Gauge) {
        this.reset();
        for (const [value, ...labels] of values(observed())) {
          this.inc(Object.fromEntries(labelNames.map((label, i) => [label, labels[i] ?? ""])), value);
        }
      },
    });
  }
}
