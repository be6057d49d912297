// The program of a worker thread: judges blocks of lines and ranges of files.

import { parentPort, workerData } from "node:worker_threads";
import { Sentry } from "@a3s-sentry/core";
import { LineJudge } from "../line-judge.js";
import { SharedSemaphore } from "../shared-semaphore.js";
import type { WorkerInit, WorkerRequest, WorkerResponse } from "./protocol.js";

const port = parentPort;
if (port === null) throw new Error("this module runs in a worker thread only");

const init: WorkerInit = workerData;
const semaphore = new SharedSemaphore(init.semaphore, init.worker);
let sentry: Sentry | undefined;
let judge: LineJudge | undefined;
/** The request before: a policy loads asynchronously, and later requests wait for it. */
let previous = Promise.resolve();
port.on("message", (request: WorkerRequest) => {
  previous = previous.then(() => handle(request));
});

// An error ends the thread. The pool then judges without it.
async function handle(request: WorkerRequest): Promise<void> {
  if (request.kind === "policy") {
    await usePolicy(request);
    respond({ kind: "policy" }, []);
    return;
  }
  if (judge === undefined) throw new Error("no policy to judge by");
  if (request.kind === "range") {
    const batch = judge.read(request.range);
    respond({ kind: "batch", batch }, [batch.lines.buffer]);
    return;
  }
  const { buffer, length } = request;
  const batch = judge.push(buffer.subarray(0, length));
  respond({ kind: "batch", batch, buffer }, [batch.lines.buffer, buffer.buffer]);
}

async function usePolicy({ spec, slowTiers }: Extract<WorkerRequest, { kind: "policy" }>): Promise<void> {
  const next = await Sentry.create(spec.source, spec.options);
  if (judge === undefined) judge = new LineJudge(next, { target: { slowTiers, semaphore } });
  else judge.usePolicy(next, slowTiers);
  sentry?.close();
  sentry = next;
}

function respond(response: WorkerResponse, transfer: ArrayBuffer[]): void {
  port?.postMessage(response, transfer);
}
