// What a replay found, as one page that works from a file. Transcripts are hostile text: the page
// holds them as data in an element that no browser runs, and shows them as text.

import { createHash } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { CliError, errorText } from "../io.js";
import { showReport } from "./page-script.js";
import { PAGE_STYLE } from "./page-style.js";
import type { ReplayReport } from "./report.js";

/** Writes the page. Only its owner can read a new file: transcripts are private. Throws a `CliError`. */
export function writePage(file: string, report: ReplayReport): void {
  const next = `${file}.${crypto.randomUUID()}`;
  try {
    writeFileSync(next, pageOf(report), { mode: 0o600, flag: "wx" });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw new CliError(`cannot write \`${file}\`: ${errorText(error)}`, { cause: error });
  }
}

/** The page. It loads nothing, and runs nothing but its own script. */
export function pageOf(report: ReplayReport): string {
  const script = `(${showReport.toString()})(document);`;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(PAGE_STYLE)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>a3s-sentry: replay</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main id="main"></main>
<script type="application/json" id="report">${inert(report)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** JSON that cannot end the element that it is in, or open another. */
function inert(report: ReplayReport): string {
  return JSON.stringify(report).replaceAll("<", "\\u003c");
}
