// The stand-in for a model of examples/, as a process of its own.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../examples/model-endpoint/main.mjs", import.meta.url));

/** @param {number} delayMs that it takes for each answer @returns {Promise<{ url: string, stop(): void }>} */
export async function slowEndpoint(delayMs) {
  const child = spawn(process.execPath, [MAIN, "--delay-ms", String(delayMs)], { stdio: ["ignore", "pipe", "ignore"] });
  const stop = () => void child.kill();
  for await (const url of createInterface({ input: child.stdout })) return { url, stop };
  throw new Error("the stand-in for a model does not start");
}
