// Preloaded into every thread of the daemon: on SIGUSR2 it reports the heap sizes after garbage
// collection.

import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BroadcastChannel, isMainThread } from "node:worker_threads";

/** Buffers are freed some time after the collection that found them unused. */
const SWEEP_MS = 200;
const COLLECTIONS = 3;
/** A thread that takes longer to answer is reported as missing. */
const PATIENCE_MS = 20_000;

setFlagsFromString("--expose-gc");
/** @type {() => void} */
const collect = runInNewContext("gc");

/** The bytes that this thread holds: V8's heap, and buffers and wasm memory beside it. */
async function held() {
  for (let times = 0; times < COLLECTIONS; times++) {
    collect();
    await pause(SWEEP_MS);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const channel = new BroadcastChannel("a3s-sentry-soak");
if (isMainThread) {
  let others = 0;
  /** @type {number[]} */
  let answers = [];
  channel.onmessage = ({ data }) => {
    if (data === "started") others += 1;
    else answers.push(data);
  };
  process.on("SIGUSR2", async () => {
    answers = [];
    channel.postMessage("report");
    const own = await held();
    for (let waited = 0; answers.length < others && waited < PATIENCE_MS; waited += SWEEP_MS) await pause(SWEEP_MS);
    const sum = answers.reduce((all, bytes) => all + bytes, own);
    process.stderr.write(`soak: ${sum} bytes held by ${answers.length + 1} of ${others + 1} threads\n`);
  });
} else {
  channel.onmessage = async ({ data }) => {
    if (data === "report") channel.postMessage(await held());
  };
  channel.postMessage("started");
}
channel.unref();
