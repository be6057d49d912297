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
const INDENT = " ".repeat(9);
const WIDTH = Math.min(process.stdout.columns || 100, 120);

/** @returns {Promise<number>} the exit code of `a3s-sentry run` */
export async function demo() {
  rmSync(denyFiles, { recursive: true, force: true });
  mkdirSync(denyFiles, { recursive: true });
  process.stdout.on("error", quietIfUnread);
  const input = readFileSync(session, "utf8");
  print(`\n$ a3s-sentry run < ${here(session)}     (policy: ${here(policy)})\n`);
  // No setting of the person's own environment is to change what the demo shows.
  const inherited = Object.keys(process.env).filter((name) => name.startsWith("A3S_SENTRY_"));
  const env = { ...Object.fromEntries(inherited.map((name) => [name, undefined])), ...settings };
  const result = await run(process.execPath, [commandLine(), "run"], { cwd: root, env, input });
  const audit = auditLines(result.stdout);
  for (const line of audit) print(described(line));
  print(`${result.stderr.trim()}\n`);
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

/** One audit line as lines that fit the terminal: the outcome and why, the event, the deny-file. */
function described({ event, subject = "", decision, enforced }) {
  const outcome = outcomeOf(decision);
  // What the fail mode adds to the reason is told by the outcome and the summary.
  const reason = decision.reason.replace(/ \[unresolved escalation, .*\]$/, "");
  const label = outcome.toUpperCase().padEnd(INDENT.length);
  const severity = decision.severity.padEnd(9);
  const head = painted(label, outcome) + severity + oneLine(reason, WIDTH - label.length - severity.length);
  const rest = [`${event} ${subject}`, ...(enforced === undefined ? [] : [`-> ${here(enforced)}`])];
  return [head, ...rest.map((text) => INDENT + oneLine(text, WIDTH - INDENT.length)), ""].join("\n");
}

/** An escalation that nobody settled was decided by the fail mode: the demo names it apart. */
function outcomeOf({ verdict, resolution }) {
  return resolution === undefined ? verdict : `${verdict}?`;
}

/** Red for a block and yellow for an open escalation, on a terminal. */
function painted(text, outcome) {
  const color = { block: 31, "block?": 31, "allow?": 33 }[outcome];
  const colorful = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return colorful && color !== undefined ? `\x1b[${color}m${text}\x1b[0m` : text;
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
    "allow?": "escalated, and allowed: no deeper tier is set up, and the policy fails open",
    "block?": "escalated, and blocked: no deeper tier is set up, and the policy fails closed",
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
  print(`\nnext: \`npm start -- --help\`, or your own events: \`npm start --silent -- run < events.ndjson\``);
}

function here(path) {
  return path.startsWith(root) ? relative(root, path) : path;
}

/** A reader that has gone (`| head`) has seen what it wanted. */
function quietIfUnread(error) {
  if (error.code !== "EPIPE") throw error;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
