// `hook HOST`: answers a host before its agent acts. Whatever fails here is a denial.

import { fstatSync, statSync, writeSync } from "node:fs";
import type { GuardOutcome } from "@a3s-sentry/core";
import { hostNamed } from "../../guard/hosts/hosts.js";
import { MAX_INPUT_BYTES, readJson } from "../../guard/hosts/read-json.js";
import { failureReply, type Reply, replyTo } from "../../guard/hosts/reply.js";
import { judge } from "./judge.js";
import { readOptions } from "./options.js";

/** When the hook denies because it has no answer yet. `hook install` gives hosts twice the time. */
export const DEADLINE_S = 25;

const STDOUT = 1;
const STDERR = 2;

/** Reads what the host sends on stdin, prints the answer and ends the process. Does nothing for an unknown name. */
export async function answerHost(name: string, words: readonly string[]): Promise<void> {
  const host = hostNamed(name);
  if (host === undefined) return;
  const fail = (why: string): never => end(failureReply(host, why));
  // Node.js itself would exit with 1, with which some hosts let the call run.
  process.on("uncaughtException", (error) => fail(reasonOf(error)));
  setTimeout(() => fail(`there is no decision after ${DEADLINE_S} seconds`), DEADLINE_S * 1000);
  try {
    const options = readOptions(words);
    const request = host.read(readJson(await readStdin()));
    if (request === undefined) return fail(`the input is not an event of ${host.title} that the hook knows`);
    const { outcome, warning } = await judge(host, request, options);
    const notes = [warning, dryRunNote(outcome)].filter((note) => note !== undefined);
    end({ ...replyTo(request, outcome), stderr: notes.map((note) => `a3s-sentry: ${note}\n`).join("") });
  } catch (error) {
    fail(reasonOf(error));
  }
}

/** What a dry run let pass. The reason may be a model's, so only the rule is named. */
function dryRunNote(outcome: GuardOutcome): string | undefined {
  const wouldBe = outcome.outcome === "allow" ? outcome.wouldBe : undefined;
  if (wouldBe === undefined) return undefined;
  const { rule } = outcome.decision;
  const by = rule === undefined ? "" : ` by the rule \`${rule}\``;
  return `dry run: this would have been ${wouldBe === "deny" ? "denied" : "asked"}${by}`;
}

/** By events: Node.js has to load more for an asynchronous loop. */
function readStdin(): Promise<Buffer> {
  const { stdin } = process;
  if (stdin.isTTY) throw new Error("hosts run this command and write to its stdin, which is a terminal here");
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    stdin.on("error", reject);
    stdin.on("data", (chunk: Buffer) => {
      length += chunk.length;
      // Reads on: a host that cannot write may take that for a failure of the hook.
      if (length <= MAX_INPUT_BYTES) chunks.push(chunk);
    });
    stdin.on("end", () => {
      if (length <= MAX_INPUT_BYTES) resolve(Buffer.concat(chunks, length));
      else reject(new Error(`the input is larger than ${MAX_INPUT_BYTES} bytes`));
    });
  });
}

/** Prints the reply at once: nothing that happens later can add a second one. */
function end({ stdout, stderr, exitCode }: Reply): never {
  try {
    if (stdout !== "") {
      requireReader(STDOUT);
      writeAll(STDOUT, stdout);
    }
    if (stderr !== "") writeAll(STDERR, stderr);
    process.exit(exitCode);
  } catch (error) {
    tryToSay(`a3s-sentry denies this: cannot answer: ${reasonOf(error)}\n`);
    process.exit(2);
  }
}

/** Throws if nobody reads: for a closed stdout, Node.js opens `/dev/null`, which swallows a denial. */
function requireReader(fd: number): void {
  const { rdev } = fstatSync(fd);
  if (rdev !== 0 && rdev === statSync("/dev/null").rdev) throw new Error("stdout is closed");
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function tryToSay(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch {
    // The exit code says it too.
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
