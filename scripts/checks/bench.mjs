// The short bench: ratios that must not fall by more than a third.

import { join } from "node:path";
import process from "node:process";
import { root } from "../lib/places.mjs";
import { program } from "./result.mjs";

/** @type {import("./result.mjs").Check[]} */
export const benchChecks = [
  {
    name: "short bench",
    run: () => program(process.execPath, [join(root, "bench", "check.mjs")], { cwd: root }),
  },
];
