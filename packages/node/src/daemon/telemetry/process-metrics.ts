// The form of a metric that is read from a state, and the metrics of the process itself.

import { VERSION } from "../../util/version.js";

/** One metric: a counter if its name ends in `_total`, else a gauge. */
export interface MetricDefinition<State> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** The present values, each with the values of its labels. */
  readonly values: (state: State) => readonly (readonly [value: number, ...labels: string[]])[];
}

const STARTED = Date.now() / 1000 - process.uptime();

export const PROCESS_METRICS: readonly MetricDefinition<unknown>[] = [
  {
    name: "sentry_build_info",
    help: "The versions of a3s-sentry and of Node.js.",
    labels: ["version", "node"],
    values: () => [[1, VERSION, process.versions.node]],
  },
  {
    name: "process_cpu_seconds_total",
    help: "CPU time of all threads.",
    values: () => {
      const { user, system } = process.cpuUsage();
      return [[(user + system) / 1e6]];
    },
  },
  {
    name: "process_resident_memory_bytes",
    help: "Resident memory.",
    values: () => [[process.memoryUsage.rss()]],
  },
  {
    name: "process_start_time_seconds",
    help: "Unix time at which the process started.",
    values: () => [[STARTED]],
  },
];
