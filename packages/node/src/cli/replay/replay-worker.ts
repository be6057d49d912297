// A thread that judges transcripts, and parts of them.

import { parentPort, workerData } from "node:worker_threads";
import { Sentry, type SentrySpec } from "@a3s-sentry/core";
import { FileJudge, type ReplayJob } from "./judge-file.js";

const { source, options } = workerData as SentrySpec;
const judge = Sentry.create(source, options).then((sentry) => new FileJudge(sentry));
/** The job before: one is judged after the other. */
let previous: Promise<void> = Promise.resolve();

parentPort?.on("message", (job: ReplayJob) => {
  // An error ends the thread, and the command says so.
  previous = previous.then(async () => parentPort?.postMessage(await (await judge).judge(job)));
});
parentPort?.postMessage("ready");
