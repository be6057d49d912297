// Opens the policy of a command that judges by rules alone.

import type { MakeTiers } from "@a3s-sentry/core";
import { openFile } from "../policy/open-source.js";
import { Sentry } from "../sentry.js";
import type { Io } from "./io.js";

/** These commands never ask a slow tier. */
const NO_TIERS: MakeTiers = () => ({});

/** The policy file, and the day to judge as on. */
export interface PolicyFlags {
  readonly policy?: string;
  readonly date?: string;
}

/** Opens a policy file, or the built-in rules alone. Rejects with a `PolicyError`. */
export async function openPolicy({ policy: path, date }: PolicyFlags, env: Io["env"]): Promise<Sentry> {
  const options = { env, tiers: NO_TIERS, ...(date !== undefined && { date }) };
  return path === undefined ? await Sentry.create({}, options) : await Sentry.open(openFile(path), options);
}
