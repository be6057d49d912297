// A deadline for a whole call.

import { linkedTo, orAborted } from "../pipeline/abort.js";
import { LlmFailure } from "./llm-failure.js";

/**
 * Runs `work` with a signal that aborts when `signal` does, or after `seconds`. Rejects at that
 * moment: with the reason of `signal`, or with an {@link LlmFailure}.
 */
export async function withDeadline<T>(
  seconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const both = linkedTo(signal);
  const timer = setTimeout(() => both.abort(new LlmFailure(`no answer within ${seconds} s`)), seconds * 1000);
  try {
    return await orAborted(work(both.signal), both.signal);
  } finally {
    clearTimeout(timer);
    both.unlink();
  }
}
