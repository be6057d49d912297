// The policy that a command judges by.

import { openFile } from "../policy/source.js";
import { Sentry } from "../sentry.js";
import type { Io } from "./io.js";

/** By a policy's file, or by the built-in rules alone. Rejects with a `PolicyError`. */
export async function openPolicy(path: string | undefined, env: Io["env"]): Promise<Sentry> {
  return path === undefined ? await Sentry.create({}) : await Sentry.open(openFile(path), { env });
}
