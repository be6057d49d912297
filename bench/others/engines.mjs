// Other policy engines as judges of the same lines, each given its policy once.

import { readFileSync } from "node:fs";
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { loadPolicy } from "@open-policy-agent/opa-wasm";

/** @typedef {(line: string) => boolean} Blocks whether the event of a line is blocked */

/** @param {string} name */
const file = (name) => readFileSync(new URL(name, import.meta.url));

/** The text that rules are about, of the kinds that the small policy knows. @param {string} line */
function factsOf(line) {
  const { event } = JSON.parse(line);
  const kind = Object.keys(event)[0] ?? "";
  const { path, query, peer, port = 0 } = event[kind];
  return { kind, subject: String(path ?? query ?? `${peer}:${port}`) };
}

/** @returns {Blocks} */
export function cedar() {
  const parsed = preparsePolicySet("bench", { staticPolicies: file("policy.cedar").toString() });
  if (parsed.type === "failure") throw new Error(JSON.stringify(parsed.errors));
  const principal = { type: "Agent", id: "coder" };
  const resource = { type: "Machine", id: "here" };
  return (line) => {
    const { kind, subject } = factsOf(line);
    const action = { type: "Action", id: kind };
    const context = { subject };
    const call = { principal, action, resource, context, entities: [], preparsedPolicySetId: "bench" };
    const answer = statefulIsAuthorized(call);
    if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
    return answer.response.decision === "deny";
  };
}

/** @returns {Promise<Blocks>} */
export async function rego() {
  const policy = await loadPolicy(file("policy.wasm"));
  return (line) => policy.evaluate(factsOf(line))[0]?.result === true;
}
