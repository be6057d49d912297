// The demo: the recorded session in examples/ judged by the site policy beside it, told for a person to read.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { commandLine } from "./lib/packages.mjs";
import { root, scratch } from "./lib/places.mjs";
import { run } from "./lib/processes.mjs";

const session = join(root, "examples", "session.ndjson");
const policy = join(root, "examples", "sentry.acl");
const denyFiles = join(scratch, "demo");
const settings = {
  A3S_SENTRY_CONFIG: policy,
  A3S_SENTRY_EGRESS_DENY: join(denyFiles, "egress-deny.txt"),
  A3S_SENTRY_FILE_DENY: join(denyFiles, "file-deny.txt"),
  A3S_SENTRY_EXEC_DENY: join(denyFiles, "exec-deny.txt"),
};

/** @returns {Promise<number>} the exit code of `a3s-sentry run` */
export async function demo() {
  rmSync(denyFiles, { recursive: true, force: true });
  mkdirSync(denyFiles, { recursive: true });
  const input = readFileSync(session, "utf8");
  print(`\n$ a3s-sentry run < ${here(session)}     (policy: ${here(policy)})\n`);
  // No setting of the person's own environment is to change what the demo shows.
  const inherited = Object.keys(process.env).filter((name) => name.startsWith("A3S_SENTRY_"));
  const env = { ...Object.fromEntries(inherited.map((name) => [name, undefined])), ...settings };
  const result = await run(process.execPath, [commandLine(), "run"], { cwd: root, env, input });
  const audit = auditLines(result.stdout);
  for (const line of audit) print(described(line));
  print(`\n${result.stderr.trim()}\n`);
  summarise(audit);
  showDenyFiles();
  return result.code;
}

function auditLines(stdout) {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** One audit line as one short line: the outcome, the event, and why. */
function described({ event, subject = "", decision, enforced }) {
  const outcome = outcomeOf(decision).toUpperCase().padEnd(8);
  const what = `${String(event).padEnd(14)} ${oneLine(subject, 56).padEnd(56)}`;
  const stop = enforced === undefined ? "" : `  -> ${here(enforced)}`;
  return `${outcome} ${decision.severity.padEnd(8)} ${what}  ${oneLine(decision.reason, 90)}${stop}`;
}

/** An escalation that nobody settled was decided by the fail mode: the demo names it apart. */
function outcomeOf({ verdict, resolution }) {
  return resolution === undefined ? verdict : `${verdict}?`;
}

function oneLine(text, width) {
  const plain = text.replace(/\s+/gu, " ").replace(/\p{Cc}/gu, "·");
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}

function summarise(audit) {
  const counts = new Map();
  for (const { decision } of audit) counts.set(outcomeOf(decision), (counts.get(outcomeOf(decision)) ?? 0) + 1);
  const says = {
    block: "blocked",
    "allow?": "escalated, and allowed because no deeper tier is set up and the policy fails open",
    "block?": "escalated, and blocked because no deeper tier is set up and the policy fails closed",
    allow: "allowed, but worth a line in the audit",
  };
  print("summary");
  for (const [outcome, meaning] of Object.entries(says)) {
    if (counts.has(outcome)) print(`  ${String(counts.get(outcome)).padStart(4)} ${meaning}`);
  }
}

function showDenyFiles() {
  print("\ndeny-files, as the guards in the kernel would read them");
  for (const name of readdirSync(denyFiles).sort()) {
    print(`  ${here(join(denyFiles, name))}`);
    for (const line of readFileSync(join(denyFiles, name), "utf8").trimEnd().split("\n")) print(`    ${line}`);
  }
  print(`\nnext: \`npm start -- --help\`, or your own events: \`npm start -- run < events.ndjson\``);
}

function here(path) {
  return path.startsWith(root) ? relative(root, path) : path;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
