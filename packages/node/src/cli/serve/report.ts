// The lines on stderr about what `serve` judges by, and where it listens.

import type { Log } from "../../daemon/log.js";
import type { Listening as Endpoint } from "../../daemon/telemetry/http-endpoint.js";
import type { LoadedLayers } from "../../guard/resident/load-layers.js";
import type { Listening } from "../../guard/resident/resident-server.js";
import type { Sentry } from "../../sentry.js";

export function logPolicies(log: Log, prefix: string, { sentry, warnings }: LoadedLayers): void {
  for (const { layer, sentry: one } of sentry.layers) {
    log.line(`${prefix}${layer.origin} policy \`${layer.path}\`: ${policyText(one)}`);
  }
  for (const warning of warnings) log.line(`warning: ${warning}`);
}

/** The rules, tiers and settings of one policy, as far as they concern a guard. */
function policyText({ policy, tiers }: Sentry): string {
  const site = policy.rules.filter((rule) => rule.origin === "site").length;
  const names = ["L1", ...(tiers.l2 === undefined ? [] : ["L2"]), ...(tiers.l3 === undefined ? [] : ["L3"])];
  const rules = `rules ${site} site + ${policy.rules.length - site} built-in`;
  return `${rules}; tiers ${names.join(", ")}; dry run ${policy.dryRun ? "on" : "off"}`;
}

export function logListening(log: Log, { socket, approvals, http }: Listening, endpoint: Endpoint | undefined): void {
  log.line(`listening at ${socket}; people answer at ${approvals}`);
  if (http !== undefined) log.line(`listening at ${http.url}, with the token in ${http.tokenFile}`);
  if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
}
