// The demo: the recorded session in examples/ judged by every tier, told for a person to read, and a prompt that is masked.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { startProcess } from "../examples/model-endpoint/process.mjs";
import { showMasking } from "./demo-gate.mjs";
import { commandLine } from "./lib/packages.mjs";
import { root, scratch } from "./lib/places.mjs";
import { run } from "./lib/processes.mjs";
import { oneLine, painted, print } from "./lib/screen.mjs";

const session = join(root, "examples", "session.ndjson");
const policy = join(root, "examples", "sentry.acl");
const tiers = join(root, "examples", "tiers.acl");
const denyFiles = join(scratch, "demo");
const INDENT = 9;

/** @returns {Promise<number>} the exit code of `a3s-sentry run` */
export async function demo() {
  rmSync(denyFiles, { recursive: true, force: true });
  mkdirSync(denyFiles, { recursive: true });
  process.stdout.on("error", quietIfUnread);
  print(`\n$ a3s-sentry run < ${here(session)}     (policy: ${here(policy)})`);
  const endpoint = await startProcess();
  try {
    return await told(endpoint.url);
  } finally {
    endpoint.stop();
  }
}

async function told(modelUrl) {
  const { code, stdout, stderr } = await judged(readFileSync(session, "utf8"), modelUrl);
  const audit = auditLines(stdout);
  const byRules = audit.filter(({ decision }) => decision.tier === "Rules");
  const deeper = audit.filter(({ decision }) => decision.tier !== "Rules");

  heading("L1: what the rules decide by themselves, at once");
  for (const line of byRules) print(described(line));
  heading("L2 and L3: what the rules escalate (no model answers here, but the stand-in of examples/model-endpoint)");
  for (const line of deeper) print(described(line));
  heading("in short");
  print(`  ${stderr.trim().split("\n").at(-1)}`);
  showDenyFiles();
  heading(`a prompt on its way to a model, masked by the library's inspectWire     (policy: ${here(tiers)})`);
  await showMasking(tiers, modelUrl);
  print(`\nwhat happens in the session is told in ${here(join(root, "examples", "README.md"))}`);
  print("next: `npm start -- --help`, or your own events: `npm start --silent -- run < events.ndjson`");
  return code;
}

/** What the command makes of events, with every tier, whatever the person's own environment says. */
function judged(input, modelUrl) {
  const inherited = Object.keys(process.env).filter((name) => /^(?:A3S_SENTRY|SENTRY_L3)_/.test(name));
  const env = {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    A3S_SENTRY_CONFIG: policy,
    A3S_SENTRY_LLM_URL: modelUrl,
    A3S_SENTRY_LLM_MODEL: "classifier",
    A3S_SENTRY_AGENT_BIN: "a3s-sentry-agent",
    SENTRY_L3_MODEL: "investigator",
    A3S_SENTRY_EGRESS_DENY: join(denyFiles, "egress-deny.txt"),
    A3S_SENTRY_FILE_DENY: join(denyFiles, "file-deny.txt"),
    A3S_SENTRY_EXEC_DENY: join(denyFiles, "exec-deny.txt"),
  };
  return run(process.execPath, [commandLine(), "run"], { cwd: root, env, input });
}

function auditLines(stdout) {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** One audit line as two that fit the terminal: the outcome and why; the event, and the deny-file that holds its target. */
function described({ event, subject = "", decision, enforced }) {
  const outcome = outcomeOf(decision);
  // What the fail mode adds to the reason is told by the outcome.
  const reason = decision.reason.replace(/ \[unresolved escalation, .*\]$/, " (unsettled: fail-open)");
  const head =
    painted(outcome.toUpperCase().padEnd(INDENT), outcome) +
    decision.severity.padEnd(INDENT) +
    oneLine(reason, 2 * INDENT);
  const target = enforced === undefined ? "" : `  -> ${here(enforced)}`;
  return `${head}\n${" ".repeat(INDENT)}${oneLine(`${event} ${subject}`, INDENT + target.length)}${target}`;
}

/** An escalation that nobody settled was decided by the fail mode: the demo names it apart. */
function outcomeOf({ verdict, resolution }) {
  return resolution === undefined ? verdict : `${verdict}?`;
}

function showDenyFiles() {
  heading("deny-files, as the guards in the kernel would read them");
  for (const name of readdirSync(denyFiles).sort()) {
    const lines = readFileSync(join(denyFiles, name), "utf8").trimEnd().split("\n");
    print(`  ${here(join(denyFiles, name)).padEnd(30)}${lines.join("  ")}`);
  }
}

function heading(text) {
  print(`\n${text}\n`);
}

function here(path) {
  return path.startsWith(root) ? relative(root, path) : path;
}

/** A reader that has gone (`| head`) has seen what it wanted. */
function quietIfUnread(error) {
  if (error.code !== "EPIPE") throw error;
}
