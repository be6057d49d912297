// All targets.

import { objects } from "./targets/objects.mjs";
import { restore } from "./targets/restore.mjs";
import { streams } from "./targets/streams.mjs";

/** @type {readonly import("./fuzzer.mjs").Target[]} */
export const targets = [restore, streams, objects];
