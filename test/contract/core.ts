// The exports that the contract covers: those that all entry points share.

import type * as Everything from "@a3s-sentry/core";

/** The members that every `Sentry` has. */
export type AnySentry = Pick<Everything.Sentry, keyof Everything.Sentry>;

export interface Core
  extends Pick<
    typeof Everything,
    | "dns"
    | "egress"
    | "fileAccess"
    | "lint"
    | "llmActivations"
    | "PolicyError"
    | "securityAction"
    | "sslContent"
    | "toolCall"
    | "toolExec"
    | "wellKnownEvents"
  > {
  readonly Sentry: { create(...args: Parameters<typeof Everything.Sentry.create>): Promise<AnySentry> };
}

/** The diagnostics of a policy that must not compile. */
export async function diagnosticsOf(core: Core, ...args: Parameters<Core["Sentry"]["create"]>) {
  const error: unknown = await core.Sentry.create(...args).catch((error: unknown) => error);
  if (error instanceof core.PolicyError) return { diagnostics: error.diagnostics, message: error.message };
  throw new Error("the policy was accepted");
}
