// The demo: judges the recorded session with every tier, prints the outcome for a person, and masks
// a prompt.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { startProcess } from "../model-endpoint/process.mjs";
import { coloured, oneLine, print } from "./terminal.mjs";

/**
 * @typedef {{ verdict: string, tier: string, severity: string, reason: string, resolution?: string }} Decision
 * @typedef {{ event: string, subject?: string, decision: Decision, enforced?: string, not_enforced?: string }} AuditLine
 */

const root = fileURLToPath(new URL("../../", import.meta.url));
const command = join(root, "packages", "node", "dist", "cli", "main.cjs");
const session = join(root, "examples", "session.ndjson");
const policy = join(root, "examples", "sentry.acl");
const tiers = join(root, "examples", "tiers.acl");
const denyFiles = join(root, ".run", "demo");
const INDENT = 9;

// A reader that ends early (`| head`) is no error.
process.stdout.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== "EPIPE") throw error;
});
rmSync(denyFiles, { recursive: true, force: true });
mkdirSync(denyFiles, { recursive: true });
print(`\n$ a3s-sentry run < ${short(session)}     (policy: ${short(policy)})`);
const endpoint = await startProcess();
try {
  const judged = judge(endpoint.url);
  // Loads the library while the command runs.
  const { showMasking } = await import("./gate.mjs");
  const { code, stdout, stderr } = await judged;
  showDecisions(stdout);
  heading("totals");
  print(`  ${stderr.trim().split("\n").at(-1)}`);
  showDenyFiles();
  heading(`a prompt on its way to a model, masked by the library's inspectWire     (policy: ${short(tiers)})`);
  await showMasking(tiers, endpoint.url);
  print(`\n${short(join(root, "examples", "README.md"))} describes what happens in the session`);
  print("next: `npm start -- --help`, or your own events, one JSON object a line: `npm start --silent -- run < FILE`");
  process.exitCode = code ?? 1;
} finally {
  endpoint.stop();
}

/** Runs the command on the session with every tier. Settings in the user's environment have no effect. @param {string} modelUrl */
async function judge(modelUrl) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:A3S_SENTRY|SENTRY_L3)_/.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    A3S_SENTRY_CONFIG: policy,
    A3S_SENTRY_LLM_URL: modelUrl,
    A3S_SENTRY_LLM_MODEL: "classifier",
    A3S_SENTRY_AGENT_BIN: "a3s-sentry-agent",
    SENTRY_L3_MODEL: "investigator",
    A3S_SENTRY_EGRESS_DENY: join(denyFiles, "egress-deny.txt"),
    A3S_SENTRY_FILE_DENY: join(denyFiles, "file-deny.txt"),
    A3S_SENTRY_EXEC_DENY: join(denyFiles, "exec-deny.txt"),
  };
  const child = spawn(process.execPath, [command, "run"], { cwd: root, env });
  child.stdin.end(readFileSync(session));
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.setEncoding("utf8").toArray(),
    child.stderr.setEncoding("utf8").toArray(),
    once(child, "close"),
  ]);
  return { code, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** @param {string} stdout audit lines */
function showDecisions(stdout) {
  const lines = stdout.split("\n").filter((line) => line !== "");
  const audit = lines.map((line) => /** @type {AuditLine} */ (JSON.parse(line)));
  heading("L1: decided by the rules, at once");
  for (const line of audit) if (line.decision.tier === "Rules") print(described(line));
  heading(
    "L2 and L3: escalated by the rules (no real model answers here, but the stand-in of examples/model-endpoint)",
  );
  for (const line of audit) if (line.decision.tier !== "Rules") print(described(line));
}

/** An audit line as two lines of text: verdict and reason, then the event and its deny-file. @param {AuditLine} line */
function described({ event, subject = "", decision, enforced, not_enforced: why }) {
  const outcome = outcomeOf(decision);
  // The outcome shows what the fail mode appends to the reason.
  const reason = decision.reason.replace(/ \[unresolved escalation, .*\]$/, " (unresolved: fail-open)");
  const head =
    coloured(outcome.toUpperCase().padEnd(INDENT), outcome) +
    decision.severity.padEnd(INDENT) +
    oneLine(reason, 2 * INDENT);
  const refused = why === undefined ? "" : `  (not denied: ${why})`;
  const target = enforced === undefined ? refused : `  -> ${short(enforced)}`;
  return `${head}\n${" ".repeat(INDENT)}${oneLine(`${event} ${subject}`, INDENT + target.length)}${target}`;
}

/** A question mark says that no tier resolved the escalation and the fail mode decided. @param {Decision} decision */
function outcomeOf({ verdict, resolution }) {
  return resolution === undefined ? verdict : `${verdict}?`;
}

function showDenyFiles() {
  heading("deny-files, which guards in the kernel read");
  for (const name of readdirSync(denyFiles).sort()) {
    const lines = readFileSync(join(denyFiles, name), "utf8").trimEnd().split("\n");
    print(`  ${short(join(denyFiles, name)).padEnd(30)}${lines.join("  ")}`);
  }
}

/** @param {string} text */
function heading(text) {
  print(`\n${text}\n`);
}

/** A path relative to the root of the repository. @param {string} path */
function short(path) {
  return path.startsWith(root) ? relative(root, path) : path;
}
