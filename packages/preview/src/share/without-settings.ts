// A policy without the sections that belong to its own site: endpoints, programs, paths of files.

import { parser } from "../acl/acl.grammar";

/** The sections that a link leaves out. */
export const LEFT_OUT: ReadonlySet<string> = new Set(["llm", "agent", "deny"]);

/**
 * The policy without those sections. Throws an `Error` if the text has a mistake of syntax: its
 * sections are not certain then.
 */
export function withoutSettings(policy: string): string {
  const tree = parser.parse(policy);
  let kept = "";
  let end = 0;
  tree.iterate({
    enter: ({ type }) => {
      if (type.isError) throw new Error("the policy has a mistake of syntax");
    },
  });
  for (let item = tree.topNode.firstChild; item !== null; item = item.nextSibling) {
    const name = item.firstChild;
    if (name === null || !LEFT_OUT.has(policy.slice(name.from, name.to))) continue;
    kept += policy.slice(end, item.from);
    end = item.to;
  }
  return (kept + policy.slice(end)).replaceAll(/\n{3,}/g, "\n\n");
}
