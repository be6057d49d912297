// A short soak: nothing lost, nothing judged by half a policy, no crash, nothing grown.

import { join } from "node:path";
import process from "node:process";
import { root } from "../lib/places.mjs";
import { program } from "./result.mjs";

const SECONDS = 12;

/** @type {import("./result.mjs").Check[]} */
export const soakChecks = [
  {
    name: "short soak",
    run: () => program(process.execPath, [join(root, "bench", "soak", "main.mjs"), "--seconds", `${SECONDS}`]),
  },
];
