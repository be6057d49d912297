// The wasm module of the tools.

import * as glue from "../../wasm/sentry_tools.js";
import { bytesOfBase64 } from "../util/base64.js";
import { once } from "../util/once.js";

/** The functions of the module. `name` is that of a source in diagnostics. Each returns JSON. */
export interface ToolsModule {
  /** The text in the one style. */
  format(name: string, source: string): string;
  /** The tests. With `alone`, the document must hold nothing else. */
  policyTests(name: string, source: string, alone: boolean): string;
  /** The document in parts, between which other files are included. */
  includeParts(name: string, source: string, included: boolean): string;
  /** Problems, given as JSON, as diagnostics. */
  describe(name: string, source: string, problems: string): string;
}

/** Loads the module, once. */
export const loadTools: () => Promise<ToolsModule> = once(async () => {
  const { default: base64 } = await import("../../wasm/sentry_tools_inline.js");
  await glue.default({ module_or_path: await WebAssembly.compile(bytesOfBase64(base64)) });
  return glue;
});
