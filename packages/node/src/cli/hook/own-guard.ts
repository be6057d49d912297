// A guard in this process, by the policies of the organisation, the user and the project.

import { setFlagsFromString } from "node:v8";
import type { Guard } from "@a3s-sentry/core";
import { LayeredPolicy } from "../../guard/layered-policy.js";
import { findLayers, foundUserPolicy } from "../../guard/policy-layers.js";
import type { Asker } from "../../guard/protocol.js";

/** `policy` is the path of the user's policy. Rejects with an `Error` if there is no policy, or an invalid one. */
export async function guardOf(asker: Asker, policy: string | undefined): Promise<Guard> {
  // Most of the module's functions never run in a hook. Those that do are still checked before.
  setFlagsFromString("--wasm-lazy-validation");
  const layers = findLayers({ user: policy ?? foundUserPolicy() });
  return (await LayeredPolicy.open(layers)).guard(asker);
}
