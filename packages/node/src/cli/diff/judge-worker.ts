// A thread that judges blocks of lines by both policies.

import { parentPort, workerData } from "node:worker_threads";
import { type ComparedSpecs, comparisonOf } from "./compared-policies.js";
import type { JudgedBlock } from "./judge-threads.js";

void comparisonOf(workerData as ComparedSpecs).then((comparison) => {
  parentPort?.on("message", (lines: Uint8Array) => {
    const compared = comparison.judge(lines);
    const judged: JudgedBlock = { lines, compared };
    parentPort?.postMessage(judged, [lines.buffer as ArrayBuffer, compared.numbers.buffer as ArrayBuffer]);
  });
  parentPort?.postMessage("ready");
});
