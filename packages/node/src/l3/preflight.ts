// Checks, before the first investigation, that L3 has what it needs.

import { opendirSync } from "node:fs";
import { resolve } from "node:path";
import type { Agent } from "@a3s-sentry/core";
import { escapeTerminal } from "../util/escape-terminal.js";
import { endpointOf } from "./endpoint.js";
import { canRun, findProgram } from "./find-program.js";
import type { AgentOptions } from "./tier.js";

type AgentFiles = Pick<Readonly<Agent>, "bin" | "skills">;

/**
 * Returns one sentence for each missing thing: an executable program, the folder of playbooks, or
 * an endpoint for `a3s-sentry-agent`.
 */
export function preflight(
  { bin, skills }: AgentFiles,
  { folder, llm = null, env = process.env }: AgentOptions,
): string[] {
  const program = findProgram(bin, folder, env);
  if (!canRun(program))
    return [`the L3 program \`${escapeTerminal(bin)}\` is missing or not executable: L3 fails until this is fixed`];
  const problems: string[] = [];
  if (skills !== null && !isReadableFolder(resolve(folder, skills)))
    problems.push(
      `the L3 playbooks \`${escapeTerminal(skills)}\` are not a readable folder: L3 may fail until this is fixed`,
    );
  const { url, model } = endpointOf(env, llm);
  if (program.isOwn && !(url && model)) {
    problems.push(
      `\`${escapeTerminal(bin)}\` has no endpoint, so L3 fails: set \`SENTRY_L3_URL\` and \`SENTRY_L3_MODEL\`, or configure L2`,
    );
  }
  return problems;
}

function isReadableFolder(path: string): boolean {
  try {
    opendirSync(path).closeSync();
    return true;
  } catch {
    return false;
  }
}
