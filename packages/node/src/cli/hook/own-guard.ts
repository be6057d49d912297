// A guard in this process, by the policies of the organisation, the user and the project.

import type { Guard } from "@a3s-sentry/core";
import { LayeredPolicy } from "../../guard/layered-policy.js";
import { findLayers, foundUserPolicy } from "../../guard/policy-layers.js";
import type { Asker } from "../../guard/protocol.js";
import { compileLittle } from "../v8-flags.js";

/** `policy` is the path of the user's policy. Rejects with an `Error` if there is no policy, or an invalid one. */
export async function guardOf(asker: Asker, policy: string | undefined): Promise<Guard> {
  compileLittle();
  const layers = findLayers({ user: policy ?? foundUserPolicy() });
  // Nobody sees the revision, and hashing a policy takes longer than judging a call.
  return (await LayeredPolicy.open(layers)).guard({ ...asker, revision: "" });
}
