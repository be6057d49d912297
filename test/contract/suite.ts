// The contract of every entry point: one suite that runs for each of them.

import { describe } from "vitest";
import type { Core } from "./core.js";
import { eventSuite } from "./events.js";
import { gateSuite } from "./gate.js";
import { guardSuite } from "./guard.js";
import { judgingSuite } from "./judging.js";
import { methodSuite } from "./methods.js";
import { pipelineSuite } from "./pipeline.js";
import { policySuite } from "./policies.js";
import { riskSuite } from "./risks.js";
import { stageSuite } from "./stages.js";
import { streamSuite } from "./streams.js";

/** Declares the suite for the exports of one entry. */
export function contract(entry: string, core: Core): void {
  describe(entry, () => {
    judgingSuite(core);
    riskSuite(core);
    pipelineSuite(core);
    stageSuite(core);
    methodSuite(core);
    gateSuite(core);
    guardSuite(core);
    eventSuite(core);
    policySuite(core);
    streamSuite(core);
  });
}
