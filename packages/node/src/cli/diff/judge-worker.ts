// The thread that judges by the new policy, while the main thread judges by the old one.

import { parentPort, workerData } from "node:worker_threads";
import { Sentry } from "@a3s-sentry/core";
import { KnownDecisions } from "./known-decisions.js";
import type { WorkerInput } from "./second-judge.js";

const { source, options } = workerData as WorkerInput;

void Sentry.create(source, options).then((sentry) => {
  const known = new KnownDecisions();
  parentPort?.on("message", (lines: Uint8Array) => {
    const judged = known.judge(sentry, lines);
    parentPort?.postMessage(judged, [judged.indexes.buffer as ArrayBuffer]);
  });
});
