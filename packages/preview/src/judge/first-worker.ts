// The first worker of the judge. It starts before the rest of the page is loaded, because compiling
// the wasm module takes the longest.

import url from "./judge-worker.ts?worker&url";
import { startWorker } from "./start-worker.js";

let first: Worker | undefined = startWorker(url);

/** Why workers failed to start. */
const failures = new WeakMap<Worker, string>();
first.addEventListener("error", (event) => {
  if (event.target instanceof Worker) failures.set(event.target, event.message);
});

/** A worker, and why it has failed already, if it has. */
export function takeWorker(): { readonly worker: Worker; readonly failure: string | undefined } {
  const worker = first ?? startWorker(url);
  first = undefined;
  return { worker, failure: failures.get(worker) };
}
