// How threads compile that end right after their work.

import { setFlagsFromString } from "node:v8";

/**
 * Makes threads that are started later compile by themselves. Node.js 20 may abort if a thread ends
 * while another one still compiles for it.
 */
export function compileInThreads(): void {
  try {
    setFlagsFromString("--no-concurrent-recompilation");
  } catch {
    // Another runtime, without this fault.
  }
}
