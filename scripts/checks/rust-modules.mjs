// Imports between the modules of the crate go one way: each may use only those that come before it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const order = [
  "sort",
  "text",
  "diagnostic",
  "acl",
  "decision",
  "event",
  "brief",
  "risk",
  "policy",
  "sae",
  "engine",
  "redact",
  "lint",
  "wire",
  "wasm",
];

/** @param {string} source the crate's `src` @returns {string[]} one line for each import that goes the wrong way */
export function wrongImports(source) {
  return readdirSync(source)
    .filter((entry) => entry !== "lib.rs")
    .flatMap((entry) => {
      const module = entry.replace(/\.rs$/, "");
      const rank = order.indexOf(module);
      if (rank === -1) return [`module \`${module}\` has no place in the order of scripts/checks/rust-modules.mjs`];
      return rustFiles(join(source, entry)).flatMap((file) => wrongImportsOf(file, module, rank));
    });
}

function wrongImportsOf(file, module, rank) {
  const used = [...readFileSync(file, "utf8").matchAll(/\bcrate::(?:\{([^;]*)\}|([a-z_]+))/g)];
  const names = used.flatMap(([, group, single]) => (single === undefined ? topNames(group) : [single]));
  return [...new Set(names)]
    .filter((name) => order.indexOf(name) > rank)
    .map((name) => `${file}: \`${module}\` uses \`${name}\`, which comes after it`);
}

/** The first names in `{decision::Word, event::{self, EventKind}}`. */
function topNames(group) {
  const flat = group.replace(/\{[^{}]*\}/g, "");
  return flat.split(",").map((part) => part.trim().split("::")[0]);
}

function rustFiles(path) {
  if (!statSync(path).isDirectory()) return path.endsWith(".rs") ? [path] : [];
  return readdirSync(path).flatMap((name) => rustFiles(join(path, name)));
}
