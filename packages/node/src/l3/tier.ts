// The L3 tier: a separate program, the investigator, decides what L1 and L2 could not.

import { chown, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Agent, Judge, JudgedEvent, Llm } from "@a3s-sentry/core";
import { naturalDeny, truncateUtf8 } from "@a3s-sentry/core/host";
import { type Reply, withoutKey } from "@a3s-sentry/core/llm";
import { answerOf, isCleanAnswer } from "./answer.js";
import { investigatorEnvironment } from "./environment.js";
import { findProgram } from "./find-program.js";
import { preflight } from "./preflight.js";
import { promptFor } from "./prompt.js";
import { runProgram } from "./run-program.js";
import { type Containment, openSandbox, type Sandbox } from "./sandbox.js";
import { findUser, type User } from "./user.js";

const RECENT_FILE = "recent-events.ndjson";
const MAX_REASON_BYTES = 2_000;

/** The surroundings of an investigator. */
export interface AgentOptions {
  /** The folder where relative paths of the settings start; `""` is the working directory. */
  readonly folder: string;
  /** The settings of L2. An investigator without its own endpoint uses L2's. */
  readonly llm?: Readonly<Llm> | null;
  /** The environment that an investigator gets a part of. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How its processes are found at the end. Default: by a cgroup. */
  readonly containment?: Containment;
}

/**
 * Makes the L3 tier for a program, which runs as `bin [--skills DIR] --json -p PROMPT`.
 *
 * Its answers become decisions of tier `"Agent"` with a reason `"L3: …"`; a clean block gets
 * the action that denies the event. `judge` rejects with a short `Error` message, such as `timed out after 120
 * s`, if there is no answer within `timeoutS` seconds, and with the signal's reason if that aborts.
 * Throws a `TypeError` if it cannot run as the `user` of the settings. In all cases no process and no file is left when the promise settles. docs/l3.md describes what a
 * program gets and what ends with it.
 *
 * @example
 * const l3 = agentTier({ bin: "a3s-sentry-agent", skills: null, timeoutS: 120 }, { folder: "", llm });
 * const sentry = await Sentry.create("sentry.acl", { tiers: { l3 } });
 */
export function agentTier({ bin, skills, timeoutS, user: name }: Readonly<Agent>, options: AgentOptions): Judge {
  const { folder, llm = null, env: ownEnv = process.env, containment } = options;
  const program = findProgram(bin, folder, ownEnv);
  const user = name === undefined ? undefined : findUser(name);
  const env = investigatorEnvironment(ownEnv, llm, timeoutS, user);
  const { SENTRY_L3_KEY: key } = env;
  const skillsArgs = skills === null ? [] : ["--skills", resolve(folder, skills)];

  async function investigate(sandbox: Sandbox, event: JudgedEvent, signal: AbortSignal): Promise<Reply> {
    const recentFile = await writeRecent(sandbox.folder, event.recent, user);
    const args = [...skillsArgs, "--json", "-p", promptFor(event, recentFile)];
    const recentEnv = recentFile === undefined ? {} : { A3S_SENTRY_RECENT_EVENTS: recentFile };
    await sandbox.prepare();
    // `runProgram` sees later aborts only: a signal fires its event once.
    signal.throwIfAborted();
    const result = await runProgram(sandbox, program, args, {
      env: { ...env, ...recentEnv },
      timeoutS,
      user,
      signal,
      isEnough: (output) => isCleanAnswer(output, event),
    });
    signal.throwIfAborted();
    return answerOf(result, event, bin, timeoutS);
  }

  return {
    tier: "Agent",
    warnings: preflight({ bin, skills }, options),
    async judge(event, { signal }) {
      signal.throwIfAborted();
      const sandbox = await openSandbox(user, containment);
      try {
        const { verdict, severity, reason, form } = await investigate(sandbox, event, signal);
        const action = verdict === "block" && form === "clean" ? naturalDeny(event) : undefined;
        const shown = `L3: ${truncateUtf8(withoutKey(reason, key), MAX_REASON_BYTES)}`;
        return { verdict, severity, reason: shown, ...(action !== undefined && { action }) };
      } finally {
        await sandbox.close();
      }
    },
  };
}

/**
 * Writes the earlier events to a file, one per line, and returns its path; `undefined` without any.
 */
async function writeRecent(folder: string, recent: readonly string[] = [], user?: User): Promise<string | undefined> {
  if (recent.length === 0) return undefined;
  const file = join(folder, RECENT_FILE);
  // JSON may span several lines, and its line breaks are always plain white space.
  const lines = recent.map((line) => `${line.replace(/[\r\n]+/g, " ")}\n`);
  await writeFile(file, lines.join(""), { mode: 0o600, flag: "wx" });
  if (user !== undefined) await chown(file, user.uid, user.gid);
  return file;
}
