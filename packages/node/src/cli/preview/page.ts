// The page with the policy that it opens.

import type { PolicyFormat } from "@a3s-sentry/core";
import type { Included } from "./includes.js";

/** What the page opens. `revision` names the content of the file; without it, nothing is written. */
export interface Opened {
  readonly name: string;
  readonly text: string;
  readonly format: PolicyFormat;
  readonly includes: readonly Included[];
  readonly revision?: string;
}

const NO_CONNECTIONS = "connect-src 'none'";

/** The page, and its content security policy, which allows connections only where it must save. */
export function pageOf(html: string, opened: Opened | undefined): { readonly html: string; readonly policy: string } {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "default-src 'none'";
  const applied = opened?.revision === undefined ? policy : policy.replace(NO_CONNECTIONS, "connect-src 'self'");
  const data = opened === undefined ? "" : `<script type="application/json" id="opened">${inert(opened)}</script>`;
  return {
    html: html.replace(policy, () => applied).replace("</head>", () => `${data}</head>`),
    policy: `${applied}; frame-ancestors 'none'`,
  };
}

/** JSON that cannot end the element that it is in. */
function inert(value: Opened): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
