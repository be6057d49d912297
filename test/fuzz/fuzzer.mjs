// Runs a target on random inputs, and makes an input that fails smaller.

import { Broken } from "./property.mjs";
import { random } from "./random.mjs";

/**
 * A property of the packages. Inputs are plain JSON, so they can be kept as files.
 * @typedef {{
 *   name: string,
 *   generate: (next: import("./random.mjs").Random) => unknown,
 *   check: (input: any) => void | Promise<void>,
 * }} Target `check` throws if the property does not hold
 * @typedef {{ input: unknown, error: Error }} Failure
 */

/** Changes of an input that are tried to make it smaller. */
const MAX_ATTEMPTS = 2000;

/**
 * Runs a target until time is over, so many inputs were checked, or one fails. The same seed gives the same inputs.
 * @param {Target} target @param {{ seed: number, milliseconds?: number, inputs?: number }} limits
 * @returns {Promise<{ inputs: number, failure: Failure | undefined }>}
 */
export async function fuzz(
  target,
  { seed, milliseconds = Number.POSITIVE_INFINITY, inputs = Number.POSITIVE_INFINITY },
) {
  const next = random(seed);
  const end = performance.now() + milliseconds;
  let done = 0;
  while (done < inputs && performance.now() < end) {
    const input = target.generate(next);
    const error = await errorOf(target, input);
    done += 1;
    if (error !== undefined) return { inputs: done, failure: await smallest(target, { input, error }) };
  }
  return { inputs: done, failure: undefined };
}

/** What a target reports of an input. @param {Target} target @param {unknown} input @returns {Promise<Error | undefined>} */
export async function errorOf(target, input) {
  try {
    await target.check(input);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(`threw ${String(error)}`);
  }
}

/** Leaves elements of lists out as long as the input fails alike. @param {Target} target @param {Failure} failure */
async function smallest(target, failure) {
  let best = failure;
  let attempts = 0;
  for (let smaller = true; smaller; ) {
    smaller = false;
    for (const input of shortened(best.input)) {
      if (++attempts > MAX_ATTEMPTS) return best;
      const error = await errorOf(target, input);
      if (error === undefined || causeOf(error) !== causeOf(best.error)) continue;
      best = { input, error };
      smaller = true;
      break;
    }
  }
  return best;
}

/** @param {Error} error */
function causeOf(error) {
  return error instanceof Broken ? error.property : `${error.name}: ${error.message}`;
}

/** Copies of a value in which one list is shorter: by its half first, then by single elements. @param {unknown} value @returns {Generator<unknown>} */
function* shortened(value) {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (let size = value.length; size >= 1; size = size >> 1) {
      for (let at = 0; at + size <= value.length; at += size) yield value.toSpliced(at, size);
    }
  }
  for (const [key, member] of Object.entries(value)) {
    for (const shorter of shortened(member)) {
      const copy = Array.isArray(value) ? [...value] : { ...value };
      Reflect.set(copy, key, shorter);
      yield copy;
    }
  }
}
