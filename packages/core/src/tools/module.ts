// The wasm module of the tools.

import * as glue from "../../wasm/sentry_tools.js";
import { bytesOfBase64 } from "../util/base64.js";
import { once } from "../util/once.js";

/** The functions of the module. Each returns JSON. */
export type ToolsModule = Omit<typeof glue, "default" | "initSync">;

/** Loads the module, once. */
export const loadTools: () => Promise<ToolsModule> = once(async () => {
  const { default: base64 } = await import("../../wasm/sentry_tools_inline.js");
  await glue.default({ module_or_path: await WebAssembly.compile(bytesOfBase64(base64)) });
  return glue;
});
