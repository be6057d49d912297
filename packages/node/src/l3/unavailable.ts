// L3 in a process where it cannot work: it warns at creation, and fails each time it is asked.

import type { Judge } from "@a3s-sentry/core";
import { helperScript } from "./helper-script.js";

const REMEDY = "Run it with Node.js, and keep the package `a3s-sentry` out of bundles and compiled executables";

/** The tier to use instead of L3 if no reaper can run in this process; `undefined` if one can. */
export function unavailableTier(): Judge | undefined {
  const reaper = helperScript("l3/reaper-process.js");
  if (!("problem" in reaper)) return undefined;
  const { problem } = reaper;
  return {
    tier: "Agent",
    warnings: [`L3 cannot work in this process: ${problem}. ${REMEDY}`],
    judge: () => Promise.reject(new Error(problem)),
  };
}
