// A guard that leaves calls to the resident judge, where one is installed.

import type { Guard } from "@a3s-sentry/core";
import { askResident, ResidentError } from "../client.js";
import type { Asker } from "../protocol.js";

export interface ResidentGuardOptions {
  readonly asker: Asker;
  /** The judge's socket. */
  readonly socket: string;
  /** Called if a judge is installed but has no usable answer. */
  readonly warn: (why: string) => void;
}

/**
 * Calls are judged by the resident judge, whose questions people answer elsewhere; by `own` where none is
 * installed, or where it has no usable answer. Texts are judged by `own`: large ones need not be sent.
 */
export function residentGuard(own: Guard, { asker, socket, warn }: ResidentGuardOptions): Guard {
  return {
    ...own,
    async check(call, options) {
      try {
        const outcome = await askResident({ ...asker, check: call }, { sockets: [socket] });
        return outcome ?? (await own.check(call, options));
      } catch (error) {
        if (!(error instanceof ResidentError)) throw error;
        warn(error.message);
        return await own.check(call, options);
      }
    },
  };
}
