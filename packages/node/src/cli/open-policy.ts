// Opens the policy of a command that judges by rules alone.

import type { MakeTiers } from "@a3s-sentry/core";
import { openFile } from "../policy/open-source.js";
import { Sentry } from "../sentry.js";
import type { Io } from "./io.js";

/** These commands never ask a slow tier. */
const NO_TIERS: MakeTiers = () => ({});

/** Opens a policy file, or the built-in rules alone. Rejects with a `PolicyError`. */
export async function openPolicy(path: string | undefined, env: Io["env"]): Promise<Sentry> {
  const options = { env, tiers: NO_TIERS };
  return path === undefined ? await Sentry.create({}, options) : await Sentry.open(openFile(path), options);
}
