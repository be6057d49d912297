// Judges a host's request: by the resident judge where one is installed, otherwise here.

import type { GuardOutcome } from "@a3s-sentry/core";
import { askResident, ResidentError } from "../../guard/client.js";
import type { Host, HostRequest } from "../../guard/hosts/host.js";
import { residentRequest } from "../../guard/hosts/resident-request.js";
import type { Asker } from "../../guard/protocol.js";
import { SYSTEM_SOCKET } from "../../guard/sockets.js";
import type { HookOptions } from "./options.js";

export interface Judged {
  readonly outcome: GuardOutcome;
  /** Why a resident judge that is installed was not asked, or has not answered. */
  readonly warning?: string;
}

/** Rejects with an `Error` if there is no policy, or if it is invalid. */
export async function judge(host: Host, request: HostRequest, options: HookOptions): Promise<Judged> {
  const asked = residentRequest(host, request);
  try {
    // Not where the environment says: the folder that the agent works in may set variables of its host.
    const outcome = await askResident(asked, { sockets: [options.socket ?? SYSTEM_SOCKET] });
    return { outcome: outcome ?? (await here(asked, request, options)) };
  } catch (error) {
    if (!(error instanceof ResidentError)) throw error;
    // The same policies decide here. Nobody approves here, so a question may become a denial.
    return { outcome: await here(asked, request, options), warning: error.message };
  }
}

async function here(asker: Asker, request: HostRequest, { policy }: HookOptions): Promise<GuardOutcome> {
  // Loaded here, since a resident judge has the rule engine already.
  const { guardOf } = await import("./own-guard.js");
  const guard = await guardOf(asker, policy);
  return request.kind === "call" ? await guard.check(request.call) : await guard.prompt(request.text);
}
