// Takes the messages of panics out of a wasm module. Nothing prints them there: a panic traps, and JavaScript catches
// that. Without them, each place that may panic is a single instruction.
import { readFileSync, writeFileSync } from "node:fs";

/** A function of the standard library; rustc writes some with the hash of the crate: `core[c5930c85]::panicking::panic`. */
const OF_STANDARD_LIBRARY = /^<?(?:core|alloc|std)\b/;

/**
 * Replaces the functions of the standard library that never return by a trap: in a module that exits through none,
 * these are the panics.
 * @param {string} file the module, with the names of its functions; it is written anew
 */
export async function trapOnPanic(file) {
  // Not imported before the npm packages are installed.
  const { default: binaryen } = await import("binaryen");
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(readFileSync(file));
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const one = module.getFunctionByIndex(index);
    const { name, body } = binaryen.getFunctionInfo(one);
    if (OF_STANDARD_LIBRARY.test(name) && neverReturns(binaryen, body))
      binaryen.Function.setBody(one, module.unreachable());
  }
  writeFileSync(file, module.emitBinary());
  module.dispose();
}

/** @param {typeof import("binaryen").default} binaryen @param {number} body */
function neverReturns(binaryen, body) {
  return binaryen.getExpressionType(body) === binaryen.unreachable && !/\breturn\b/.test(binaryen.emitText(body));
}
