// The Prometheus metrics of a run: those read from its state, and the timings of the slow tiers.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { TierTiming } from "../escalation/tier-timing.js";
import { METRIC_DEFINITIONS, type MetricDefinition, type Observed } from "./metric-definitions.js";

/** Buckets from a fast classifier to an agent at its timeout. */
const BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

const SLOW_TIERS = ["Llm", "Agent"];

export class Metrics {
  readonly #registry = new Registry();
  readonly #seconds: Histogram;
  readonly #failures: Counter;

  /** `observed` returns the state of the run. It is first called by {@link text}. */
  constructor(observed: () => Observed) {
    const labelNames = ["tier"];
    const registers = [this.#registry];
    this.#seconds = new Histogram({
      name: "sentry_tier_seconds",
      help: "Time that a slow tier took for a judgement.",
      labelNames,
      registers,
      buckets: BUCKETS_S,
    });
    this.#failures = new Counter({
      name: "sentry_tier_failures_total",
      help: "Judgements that a slow tier failed at: not reached, timed out, or invalid answer.",
      labelNames,
      registers,
    });
    for (const tier of SLOW_TIERS) {
      this.#seconds.zero({ tier });
      this.#failures.inc({ tier }, 0);
    }
    for (const definition of METRIC_DEFINITIONS) this.#register(definition, observed);
  }

  /** Records the timing of a slow tier. */
  readonly recordTiming = ({ tier, seconds, failure }: TierTiming): void => {
    this.#seconds.observe({ tier }, seconds);
    if (failure !== undefined) this.#failures.inc({ tier });
  };

  /** The metrics in the text format of Prometheus, and its content type. */
  async text(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #register({ name, help, labels: labelNames = [], values }: MetricDefinition, observed: () => Observed): void {
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
