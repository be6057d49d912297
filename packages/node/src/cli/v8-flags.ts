// V8's flags for how a process compiles: for threads that end, and for commands that end soon.

import { setFlagsFromString } from "node:v8";

/**
 * 50 times the default: V8 optimises a function of the rule engine only if it runs that much longer.
 * Reading a policy otherwise makes it optimise functions that are hardly used again, which takes
 * more than half of the processor time of a check. A large input is still judged by optimised code.
 */
const TIERING_BUDGET = 90_000_000;

/**
 * Makes threads that are started later compile by themselves. Node.js 20 may abort if a thread ends
 * while another one still compiles for it.
 */
export function compileInThreads(): void {
  set("--no-concurrent-recompilation");
}

/**
 * For a process that reads a policy and judges few events. Call it after all imports: Node.js does not
 * use the compiled form of its own modules once a flag has changed.
 */
export function optimiseLater(): void {
  set(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}

/** As {@link optimiseLater}, for a process that judges one event: most of the engine never runs. */
export function compileLittle(): void {
  optimiseLater();
  // A function is checked when it first runs.
  set("--wasm-lazy-validation");
}

function set(flag: string): void {
  try {
    setFlagsFromString(flag);
  } catch {
    // Another runtime, with another compiler.
  }
}
