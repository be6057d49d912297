// The time that `run` takes for the stream, without the wait for slow tiers: until the audit line
// of the last line.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { environment } from "./timed.mjs";

/** The last line of a load that is measured so, which the built-in rules block. */
export const LAST_LINE = '{"event":{"ToolExec":{"pid":1,"argv":["/end-of-load/nc","-e","/bin/sh"]}}}';
const LAST_SUBJECT = "/end-of-load/nc";

/**
 * The wall time in milliseconds, from the process's start. Lines of L1 come in the order of the stream, so when the last one is
 * there all are judged.
 * @param {import("./timed.mjs").Command} command @param {string} input
 */
export async function streamTimeOf([program, ...args], input) {
  const file = openSync(input, "r");
  const since = performance.now();
  const child = spawn(program, args, { stdio: [file, "pipe", "pipe"], env: environment() });
  closeSync(file);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("no pipes");
  let errors = "";
  stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  let tail = "";
  for await (const text of stdout.setEncoding("latin1")) {
    tail = tail.slice(-LAST_SUBJECT.length) + text;
    if (tail.includes(LAST_SUBJECT)) break;
    tail = text;
  }
  const took = performance.now() - since;
  child.kill("SIGKILL");
  await once(child, "close");
  if (!tail.includes(LAST_SUBJECT)) throw new Error(`the end of the load was not judged: ${errors}`);
  return took;
}
