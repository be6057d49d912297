// The rules whose blocks are denied on all nodes.

import type { Policy } from "@a3s-sentry/core";

export interface FleetRules {
  readonly names: ReadonlySet<string>;
  /** Names of marked rules that other rules have too: decisions give the name alone, so these deny nothing. */
  readonly shared: readonly string[];
}

export function fleetRulesOf({ rules }: Pick<Policy, "rules">): FleetRules {
  const unmarked = new Set(rules.filter(({ fleet }) => fleet !== true).map(({ name }) => name));
  const marked = [...new Set(rules.filter(({ fleet }) => fleet === true).map(({ name }) => name))];
  return {
    names: new Set(marked.filter((name) => !unmarked.has(name))),
    shared: marked.filter((name) => unmarked.has(name)),
  };
}
