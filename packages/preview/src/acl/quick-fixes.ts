// Quick fixes: changes of the text that the helps of diagnostics suggest.

import type { Diagnostic } from "@a3s-sentry/core";
import { texts } from "../texts.js";

export interface QuickFix {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** The fixes of one diagnostic of a policy in ACL. */
export function quickFixes(policy: string, { code, help = "", span }: Diagnostic): QuickFix[] {
  const { start, end } = span;
  const found = policy.slice(start, end);
  const meant = /^did you mean `([^`]+)`\?/.exec(help)?.[1];
  if (meant !== undefined) {
    const quote = /^["'`]/.exec(found)?.[0] ?? "";
    return [{ name: texts.fixes.replace(meant), from: start, to: end, insert: `${quote}${meant}${quote}` }];
  }
  if (code === "acl/unknown-escape") {
    const fixes = [{ name: texts.fixes.double, from: start, to: start, insert: "\\" }];
    return /without the backslash/.test(help)
      ? [{ name: texts.fixes.unescape, from: start, to: start + 1, insert: "" }]
      : fixes;
  }
  if (code === "acl/quoted-name") {
    return [{ name: texts.fixes.unquote, from: start, to: end, insert: found.replaceAll(/^["']|["']$/g, "") }];
  }
  if (code === "acl/bare-word") return [{ name: texts.fixes.quote, from: start, to: end, insert: `"${found}"` }];
  if (code === "acl/bad-operator") return [{ name: texts.fixes.assign, from: start, to: end, insert: "=" }];
  const missing = code === "policy/missing-key" ? /^add `(\w+) = …`/.exec(help)?.[1] : undefined;
  if (missing !== undefined) {
    const open = policy.indexOf("{", end);
    if (open < 0) return [];
    const multiline = /^[^\S\n]*\n/.test(policy.slice(open + 1));
    const insert = `${multiline ? "\n  " : " "}${missing} = ${VALUES[missing] ?? '""'}${multiline ? "" : " "}`;
    return [{ name: texts.fixes.add(missing), from: open + 1, to: open + 1, insert }];
  }
  return [];
}

const VALUES: Readonly<Record<string, string>> = {
  on: '"ToolExec"',
  verdict: '"block"',
  severity: '"medium"',
  match: "``",
};
