// Overrides the slow tiers of a policy, field by field, by flags and variables.

import type { Agent, Llm, TierSettings } from "@a3s-sentry/core";
import { labelOf } from "../../policy/sinks.js";
import type { RunSettings } from "../config/run-settings.js";

const DEFAULT_MODEL = "default";
const LLM_TIMEOUT_S = 30;
const AGENT_TIMEOUT_S = 120;

export interface TierOverrides {
  readonly llm: Llm | null;
  readonly agent: Agent | null;
  /** Settings that have no effect, one message each. */
  readonly warnings: readonly string[];
}

/** `folder` is that of the file with the settings `written`. */
export function tierOverrides(
  { llm, agent }: Pick<RunSettings, "llm" | "agent">,
  written: TierSettings,
  folder: string,
): TierOverrides {
  const given = Object.keys(llm).length > 0;
  const url = llm.url ?? written.llm?.url;
  const bin = agent.bin ?? (written.agent && programLabel(written.agent.bin, folder));
  const warnings: string[] = [];
  if (given && url === undefined)
    warnings.push("settings of L2 have no effect without a URL: set `A3S_SENTRY_LLM_URL`, or `url` in `llm`");
  if (Object.keys(agent).length > 0 && bin === null)
    warnings.push("settings of L3 have no effect without a program: set `A3S_SENTRY_AGENT_BIN`, or `bin` in `agent`");
  const skills = written.agent?.skills ?? null;
  return {
    llm: url === undefined ? null : llmOf(url, llm, written.llm, folder),
    agent:
      bin === null
        ? null
        : {
            bin,
            skills: agent.skills ?? (skills && labelOf(skills, folder)),
            timeoutS: agent.timeoutS ?? written.agent?.timeoutS ?? AGENT_TIMEOUT_S,
            ...(written.agent?.user !== undefined && { user: written.agent.user }),
          },
    warnings,
  };
}

function llmOf(url: string, given: Partial<Llm>, written: Llm | null, folder: string): Llm {
  const model = given.model ?? written?.model ?? DEFAULT_MODEL;
  const timeoutS = given.timeoutS ?? written?.timeoutS ?? LLM_TIMEOUT_S;
  return { url, model, ...keyOf(given, written, folder), timeoutS };
}

function keyOf(given: Partial<Llm>, written: Llm | null, folder: string): Pick<Llm, "key" | "keyFile"> {
  if (given.key != null) return { key: given.key };
  if (given.keyFile !== undefined) return { key: null, keyFile: given.keyFile };
  if (written?.keyFile !== undefined) return { key: null, keyFile: labelOf(written.keyFile, folder) };
  return { key: written?.key ?? null };
}

/** A bare name is looked up on `PATH`. A path is relative to the folder of its file. */
function programLabel(bin: string, folder: string): string {
  return bin.includes("/") ? labelOf(bin, folder) : bin;
}
