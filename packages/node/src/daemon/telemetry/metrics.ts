// The Prometheus metrics of a process: those read from its state, and the timings of the slow tiers.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { TierTiming } from "../escalation/tier-timing.js";
import type { MetricDefinition } from "./process-metrics.js";

/** Buckets from a fast classifier to an agent at its timeout. */
const BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

const SLOW_TIERS = ["Llm", "Agent"];

/** Metrics that are read from a state. */
export class Metrics<State> {
  protected readonly registry = new Registry();

  /** `state` returns the state that the definitions read. It is first called by {@link text}. */
  constructor(definitions: readonly MetricDefinition<State>[], state: () => State) {
    for (const definition of definitions) this.#register(definition, state);
  }

  /** The metrics in the text format of Prometheus, and its content type. */
  async text(): Promise<{ type: string; text: string }> {
    return { type: this.registry.contentType, text: await this.registry.metrics() };
  }

  #register({ name, help, labels: labelNames = [], values }: MetricDefinition<State>, state: () => State): void {
    const Kind = name.endsWith("_total") ? Counter : Gauge;
    new Kind({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect(this: Counter | Gauge) {
        this.reset();
        for (const [value, ...labels] of values(state())) {
          this.inc(Object.fromEntries(labelNames.map((label, i) => [label, labels[i] ?? ""])), value);
        }
      },
    });
  }
}

/** Metrics of a process that has slow tiers. */
export class TierMetrics<State> extends Metrics<State> {
  readonly #seconds: Histogram;
  readonly #failures: Counter;

  constructor(definitions: readonly MetricDefinition<State>[], state: () => State) {
    super(definitions, state);
    const labelNames = ["tier"];
    const registers = [this.registry];
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
  }

  /** Records the timing of a slow tier. */
  readonly recordTiming = ({ tier, seconds, failure }: TierTiming): void => {
    this.#seconds.observe({ tier }, seconds);
    if (failure !== undefined) this.#failures.inc({ tier });
  };
}
