// The formats that can be converted, by name.

import { aiSdkConverter } from "./ai-sdk.js";
import { auditdConverter } from "./auditd.js";
import type { Converter } from "./converter.js";
import { falcoConverter } from "./falco.js";
import type { FormatName } from "./format-names.js";
import { openaiAgentsConverter } from "./openai-agents.js";
import { tetragonConverter } from "./tetragon.js";

/** Makes a converter for one input. */
export const CONVERTERS: Readonly<Record<FormatName, () => Converter>> = {
  tetragon: tetragonConverter,
  falco: falcoConverter,
  auditd: auditdConverter,
  "ai-sdk": aiSdkConverter,
  "openai-agents": openaiAgentsConverter,
};
