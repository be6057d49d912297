// Quick fixes: changes of a policy's text that certainly do what the help of a diagnostic suggests.

import type { Diagnostic } from "../../policy/diagnostic.js";

/** A change of a text. Places count UTF-16 units from 0. */
export interface QuickFix {
  /** What it does, for people. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/**
 * The fixes of one diagnostic about an ACL text.
 *
 * @example
 * const [problem] = await lint(policy);
 * const [fix] = problem ? quickFixes(policy, problem) : [];
 */
export function quickFixes(policy: string, { code, help = "", span }: Diagnostic): QuickFix[] {
  const { start, end } = span;
  const found = policy.slice(start, end);
  const meant = /^did you mean `([^`]+)`\?/.exec(help)?.[1];
  if (meant !== undefined) {
    const quote = /^["'`]/.exec(found)?.[0] ?? "";
    return [{ name: `Change to ${meant}`, from: start, to: end, insert: `${quote}${meant}${quote}` }];
  }
  switch (code) {
    case "acl/unknown-escape":
      return /without the backslash/.test(help)
        ? [{ name: "Remove the backslash", from: start, to: start + 1, insert: "" }]
        : [{ name: "Double the backslash", from: start, to: start, insert: "\\" }];
    case "acl/quoted-name":
      return [{ name: "Remove the quotes", from: start, to: end, insert: found.replaceAll(/^["']|["']$/g, "") }];
    case "acl/bare-word":
      return [{ name: "Put it in quotes", from: start, to: end, insert: `"${found}"` }];
    case "acl/bad-operator":
      return [{ name: "Change to =", from: start, to: end, insert: "=" }];
    case "policy/missing-key":
      return missingKey(policy, end, /^add `(\w+) = …`/.exec(help)?.[1]);
    default:
      return [];
  }
}

const VALUES: Readonly<Record<string, string>> = {
  on: '"ToolExec"',
  verdict: '"block"',
  severity: '"medium"',
  match: "``",
  expect: '"block"',
};

/** Adds a key behind the next opening brace. */
function missingKey(policy: string, end: number, missing: string | undefined): QuickFix[] {
  const open = policy.indexOf("{", end);
  if (missing === undefined || open < 0) return [];
  const multiline = /^[^\S\n]*\n/.test(policy.slice(open + 1));
  const insert = `${multiline ? "\n  " : " "}${missing} = ${VALUES[missing] ?? '""'}${multiline ? "" : " "}`;
  return [{ name: `Add ${missing}`, from: open + 1, to: open + 1, insert }];
}
