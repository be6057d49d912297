// Loads the layers of the resident judge, and notes the files that they come from.

import type { Tiers } from "@a3s-sentry/core";
import type { TierTiming } from "../../daemon/escalation/tier-timing.js";
import { fingerprintOfFiles, fingerprintSync, patternKey } from "../../daemon/policy/file-fingerprints.js";
import { type Loaded, load } from "../../daemon/policy/load.js";
import { filesOf } from "../../policy/include-files.js";
import { LayeredPolicy, type OpenLayer } from "../layered-policy.js";
import { findLayers, type LayerPlaces, ORGANISATION_FOLDER } from "../policy-layers.js";

export interface LoadedLayers {
  readonly sentry: LayeredPolicy;
  /** Settings that have no effect and things that are missing, one message each. */
  readonly warnings: readonly string[];
  /** The first grave warnings about rules, which may take seconds to find. */
  readonly lints: () => Promise<readonly string[]>;
}

export interface LoadLayersOptions {
  /** Receives the fingerprint of each file that is read, also if loading fails. */
  readonly fingerprints: Map<string, string>;
  /** Files that must not become empty; see `LoadOptions`. */
  readonly nonEmpty: Set<string>;
  readonly onTierTiming: (timing: TierTiming) => void;
  readonly wrapTiers: (tiers: Tiers) => Tiers;
}

/** Rejects with a `PolicyError` or a `SettingsError`. */
export async function loadLayers(places: LayerPlaces, options: LoadLayersOptions): Promise<LoadedLayers> {
  await noteFolder(places.organisation ?? ORGANISATION_FOLDER, options.fingerprints);
  if (places.user !== undefined) note(places.user, options.fingerprints);
  const open: OpenLayer[] = [];
  const loaded: Loaded[] = [];
  try {
    for (const layer of findLayers(places)) {
      const one = await load({ ...NO_SETTINGS, policy: layer.path }, options);
      open.push({ layer, sentry: one.sentry });
      loaded.push(one);
    }
  } catch (error) {
    for (const { sentry } of open) sentry.close();
    throw error;
  }
  return {
    sentry: new LayeredPolicy(open),
    warnings: loaded.flatMap(({ warnings }) => warnings),
    lints: async () => (await Promise.all(loaded.map(({ lints }) => lints()))).flat(),
  };
}

/** A guard stops a call by its answer. Deny-files concern the whole machine. */
const NO_SETTINGS = { overrides: { deny: { egress: null, file: null, exec: null } }, llm: {}, agent: {} };

/** Notes which policies are in a folder, and whether there is such a folder. */
async function noteFolder(folder: string, fingerprints: Map<string, string>): Promise<void> {
  note(folder, fingerprints);
  const pattern = { folder, pattern: "*.{acl,toml}" };
  const files = await filesOf(pattern).catch(() => []);
  fingerprints.set(patternKey(pattern), fingerprintOfFiles(files));
}

function note(path: string, fingerprints: Map<string, string>): void {
  fingerprints.set(path, fingerprintSync(path));
}
