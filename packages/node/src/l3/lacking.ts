// What an investigator lacks, as far as that shows before it runs.

import { visible } from "../visible.js";
import { endpointOf } from "./endpoint.js";
import { isThere, programOf } from "./program.js";
import type { AgentOptions } from "./tier.js";

/** One sentence for each thing that is missing: a program that can be executed, an endpoint for our own. */
export function lacking(bin: string, { folder, llm = null, env = process.env }: AgentOptions): string[] {
  const program = programOf(bin, folder, env);
  if (!isThere(program))
    return [`the program of L3, \`${visible(bin)}\`, is not there or cannot be executed: L3 fails until it can`];
  const { url, model } = endpointOf(env, llm);
  if (!program.isOwn || (url && model)) return [];
  return [
    `\`${visible(bin)}\` has no endpoint, so that L3 fails: set \`SENTRY_L3_URL\` and \`SENTRY_L3_MODEL\`, or give L2 one`,
  ];
}
