// The stand-in as a process of its own, for programs that want one beside them.

import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.mjs", import.meta.url));

/**
 * Starts it on a free port. It ends with this process, if not before.
 * @param {{ delayMs?: number }} [options]
 * @returns {Promise<{ url: string, stop(): void }>}
 */
export async function startProcess({ delayMs = 0 } = {}) {
  const child = spawn(process.execPath, [MAIN, "--delay-ms", String(delayMs)], { stdio: ["ignore", "pipe", "ignore"] });
  const stop = () => void child.kill();
  process.once("exit", stop);
  for await (const url of createInterface({ input: child.stdout })) return { url, stop };
  throw new Error("the stand-in for a model has not started");
}
