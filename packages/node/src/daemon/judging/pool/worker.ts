// The program of a worker thread: judges blocks of lines and ranges of files.

import { parentPort, workerData } from "node:worker_threads";
import { Sentry } from "@a3s-sentry/core";
import { LineJudge } from "../line-judge.js";
import { SharedSemaphore } from "../shared-semaphore.js";
import type { SlowTiers } from "../slow-tiers.js";
import type { WorkerInit, WorkerRequest, WorkerResponse } from "./protocol.js";

const port = parentPort;
if (port === null) throw new Error("this module runs in a worker thread only");

const init: WorkerInit = workerData;
const semaphore = new SharedSemaphore(init.semaphore, init.worker);
type PolicyRequest = Extract<WorkerRequest, { kind: "policy" }>;
interface Policy {
  readonly sentry: Sentry;
  readonly slowTiers: SlowTiers;
}

let inForce: Sentry | undefined;
let judge: LineJudge | undefined;
/** The policy that was requested last. */
let loading: Promise<Policy> | undefined;
/** The request before: later ones wait for it. */
let previous = Promise.resolve();
port.on("message", (request: WorkerRequest) => {
  const before = loading;
  if (request.kind === "policy") loading = load(request, before);
  else previous = previous.then(() => handle(request, before));
});

// An error ends the thread. The pool then judges without it.
async function handle(request: Exclude<WorkerRequest, PolicyRequest>, policy: typeof loading): Promise<void> {
  if (request.kind === "switch") {
    if (policy !== undefined) usePolicy(await policy);
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

/** Loads one policy after another, each in slices of time, so that requests are handled in between. */
async function load({ spec, slowTiers }: PolicyRequest, before: typeof loading): Promise<Policy> {
  await before;
  const sentry = await Sentry.create(spec.source, spec.options);
  respond({ kind: "policy" }, []);
  return { sentry, slowTiers };
}

function usePolicy({ sentry, slowTiers }: Policy): void {
  if (judge === undefined) judge = new LineJudge(sentry, { target: { slowTiers, semaphore } });
  else judge.usePolicy(sentry, slowTiers);
  inForce?.close();
  inForce = sentry;
}

function respond(response: WorkerResponse, transfer: ArrayBuffer[]): void {
  port?.postMessage(response, transfer);
}
