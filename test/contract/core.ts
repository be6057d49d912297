// The exports that the contract is about: all that an entry point has in common with the others.

import type * as Everything from "@a3s-sentry/core";

export type Core = Pick<
  typeof Everything,
  | "dns"
  | "egress"
  | "fileAccess"
  | "fileDelete"
  | "lint"
  | "llmActivations"
  | "PolicyError"
  | "Sentry"
  | "securityAction"
  | "sslContent"
  | "toolExec"
  | "truncateUtf8"
>;

/** The diagnostics of a policy that must not compile. */
export async function diagnosticsOf(core: Core, ...args: Parameters<Core["Sentry"]["create"]>) {
  const error: unknown = await core.Sentry.create(...args).catch((error: unknown) => error);
  if (error instanceof core.PolicyError) return { diagnostics: error.diagnostics, message: error.message };
  throw new Error("the policy was accepted");
}
