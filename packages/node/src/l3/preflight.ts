// What an investigator lacks, as far as that shows before it runs.

import { opendirSync } from "node:fs";
import { resolve } from "node:path";
import type { Agent } from "@a3s-sentry/core";
import { escapeTerminal } from "../util/escape-terminal.js";
import { endpointOf } from "./endpoint.js";
import { isThere, programOf } from "./find-program.js";
import type { AgentOptions } from "./tier.js";

type Named = Pick<Readonly<Agent>, "bin" | "skills">;

/** One sentence for each thing that is missing: a program that can be executed, playbooks, an endpoint for our own program. */
export function lacking({ bin, skills }: Named, { folder, llm = null, env = process.env }: AgentOptions): string[] {
  const program = programOf(bin, folder, env);
  if (!isThere(program))
    return [`the program of L3, \`${escapeTerminal(bin)}\`, is not there or cannot be executed: L3 fails until it can`];
  const found: string[] = [];
  if (skills !== null && !isFolder(resolve(folder, skills)))
    found.push(
      `the playbooks of L3, \`${escapeTerminal(skills)}\`, are no folder that can be read: L3 may fail until they are`,
    );
  const { url, model } = endpointOf(env, llm);
  if (program.isOwn && !(url && model)) {
    found.push(
      `\`${escapeTerminal(bin)}\` has no endpoint, so that L3 fails: set \`SENTRY_L3_URL\` and \`SENTRY_L3_MODEL\`, or give L2 one`,
    );
  }
  return found;
}

function isFolder(path: string): boolean {
  try {
    opendirSync(path).closeSync();
    return true;
  } catch {
    return false;
  }
}
