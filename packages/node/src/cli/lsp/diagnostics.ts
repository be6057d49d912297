// Diagnostics of the rule engine as those of the protocol.

import type { Diagnostic } from "@a3s-sentry/core";
import { DiagnosticSeverity, DiagnosticTag, type Diagnostic as Shown } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";

const DOCS = "https://github.com/A3S-Lab/a3s-sentry/blob/main/docs";

/** What can be taken away without a change of meaning. */
const UNUSED: ReadonlySet<string> = new Set(["lint/unused-list", "lint/expired-rule", "lint/unreachable-rule"]);

/**
 * Shows a problem of a document. `documentOf` returns the document of a file that a related place is
 * in, where `undefined` stands for the policy itself.
 */
export function shown(
  problem: Diagnostic,
  document: TextDocument,
  documentOf: (file: string | undefined) => TextDocument | undefined,
): Shown {
  const { code, severity, message, help, span } = problem;
  const related = problem.related.flatMap(({ file, message, span }) => {
    const other = documentOf(file);
    return other === undefined ? [] : [{ message, location: { uri: other.uri, range: rangeOf(other, span) } }];
  });
  return {
    range: rangeOf(document, span),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    codeDescription: { href: `${DOCS}/${code.startsWith("acl/") ? "acl" : "policy"}.md#problems` },
    source: "a3s-sentry",
    message: help === undefined ? message : `${message}\nhelp: ${help}`,
    ...(UNUSED.has(code) && { tags: [DiagnosticTag.Unnecessary] }),
    ...(related.length > 0 && { relatedInformation: related }),
  };
}

function rangeOf(document: TextDocument, { start, end }: Diagnostic["span"]): Shown["range"] {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}
