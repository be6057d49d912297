// The L2 and L3 tiers that a policy configures. Their code is loaded only if the policy has them.

import type { Agent, Judge, Llm, TierSettings, Tiers } from "@a3s-sentry/core";
import { readKeyFile } from "./policy/policy-file.js";
import { labelOf } from "./policy/sinks.js";
import { keyFileWarnings } from "./util/key-file.js";

/** Where relative paths of each section start; `""` is the working directory. */
export interface TierFolders {
  readonly llm: string;
  readonly agent: string;
}

/**
 * Makes the tiers. Rejects with a `PolicyError` if the file of L2's key cannot be read. `onRead`
 * receives its path before it is read.
 */
export async function tiersOf(
  settings: TierSettings,
  folders: TierFolders,
  onRead: (path: string) => void = () => {},
): Promise<Tiers> {
  const tiers: { -readonly [K in keyof Tiers]: Tiers[K] } = {};
  const { llm, warnings } = withKey(settings.llm, folders.llm, onRead);
  if (llm !== null) {
    const { llmTier } = await import("@a3s-sentry/core/llm");
    tiers.l2 = { ...llmTier(llm), warnings };
  }
  if (settings.agent !== null) {
    tiers.l3 = await l3Tier(settings.agent, folders.agent, llm);
  }
  return tiers;
}

/** Does not load the code that starts processes where it cannot work, as in most bundles. */
async function l3Tier(agent: Agent, folder: string, llm: Llm | null): Promise<Judge> {
  const { unavailableTier } = await import("./l3/unavailable.js");
  const unavailable = unavailableTier();
  if (unavailable !== undefined) return unavailable;
  const { agentTier } = await import("./l3/tier.js");
  return agentTier(agent, { folder, llm });
}

interface WithKey {
  readonly llm: Readonly<Llm> | null;
  readonly warnings: readonly string[];
}

/** The settings of L2 with the key that is in a file. */
function withKey(llm: Readonly<Llm> | null, folder: string, onRead: (path: string) => void): WithKey {
  if (llm?.keyFile === undefined) return { llm, warnings: [] };
  const { keyFile, ...others } = llm;
  const path = labelOf(keyFile, folder);
  onRead(path);
  return { llm: { ...others, key: readKeyFile(path) }, warnings: keyFileWarnings(path) };
}
