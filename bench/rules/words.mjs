// The words in rules: names of programs, packages, options and files, as a Debian system has them.

import { readFileSync } from "node:fs";

/** @param {string} name */
function list(name) {
  return readFileSync(new URL(`words/${name}.txt`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
}

export const programs = list("programs");
export const packages = list("packages");
export const options = list("options");
export const paths = list("paths");
