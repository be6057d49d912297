// L3: an investigator, which is a program of its own, settles what rules and classifier could not.

import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Agent, type Judge, type JudgedEvent, type Llm, naturalDeny, truncateUtf8 } from "@a3s-sentry/core";
import { type Reply, withoutKey } from "@a3s-sentry/core/llm";
import { answerOf, isAnswer } from "./answer.js";
import { investigatorEnvironment } from "./environment.js";
import { programOf } from "./find-program.js";
import { promptFor } from "./prompt.js";
import { openWard, type Ward } from "./reaper.js";
import { run } from "./run-program.js";

const RECENT_FILE = "recent-events.ndjson";
const MAX_REASON_BYTES = 2_000;

/** Where an investigator stands. */
export interface AgentOptions {
  /** Where relative paths of the settings start; `""` is the working directory. */
  readonly folder: string;
  /** The settings of L2, whose endpoint an investigator without one of its own may use. */
  readonly llm?: Readonly<Llm> | null;
  /** What of it an investigator needs, it gets. Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The L3 tier for a program: `bin [--skills DIR] --json -p PROMPT`.
 *
 * Its answers are decisions of tier `"Agent"` with the reason `"L3: …"`; a block has what the event can deny as its action.
 * It rejects with an `Error` whose message is a few words (`timed out after 120 s`) if the program gives no answer within
 * `timeoutS` seconds, and with the signal's reason if that aborts. Either way nothing is left when the promise settles: no
 * process, no file. See docs/l3.md for what the program is given, and what ends with it.
 *
 * @example
 * const l3 = agentTier({ bin: "a3s-sentry-agent", skills: null, timeoutS: 120 }, { folder: "", llm });
 * const sentry = await Sentry.create("sentry.acl", { tiers: { l3 } });
 */
export function agentTier({ bin, skills, timeoutS }: Readonly<Agent>, options: AgentOptions): Judge {
  const { folder, llm = null, env: own = process.env } = options;
  const program = programOf(bin, folder, own);
  const env = investigatorEnvironment(own, llm, timeoutS);
  const { SENTRY_L3_KEY: key } = env;
  const skillsArgs = skills === null ? [] : ["--skills", resolve(folder, skills)];

  async function investigate(ward: Ward, event: JudgedEvent, signal: AbortSignal): Promise<Reply> {
    const recentFile = await writeRecent(ward.folder, event.recent);
    const args = [...skillsArgs, "--json", "-p", promptFor(event, recentFile)];
    const recentEnv = recentFile === undefined ? {} : { A3S_SENTRY_RECENT_EVENTS: recentFile };
    // From here on the program is told of an abort. One that came before is told here, since a signal tells it once.
    signal.throwIfAborted();
    const ran = await run(ward, program, args, {
      env: { ...env, ...recentEnv },
      timeoutS,
      signal,
      isEnough: (output) => isAnswer(output, event),
    });
    signal.throwIfAborted();
    return answerOf(ran, event, bin, timeoutS);
  }

  return {
    tier: "Agent",
    async judge(event, { signal }) {
      signal.throwIfAborted();
      const ward = await openWard();
      try {
        const { verdict, severity, reason } = await investigate(ward, event, signal);
        const action = verdict === "block" ? naturalDeny(event) : undefined;
        const said = `L3: ${truncateUtf8(withoutKey(reason, key), MAX_REASON_BYTES)}`;
        return { verdict, severity, reason: said, ...(action !== undefined && { action }) };
      } finally {
        await ward.close();
      }
    },
  };
}

/** The file with the earlier events, one a line; nothing where there are none. */
async function writeRecent(folder: string, recent: readonly string[] = []): Promise<string | undefined> {
  if (recent.length === 0) return undefined;
  const file = join(folder, RECENT_FILE);
  // An event's JSON may have been written on several lines. White space is all that a line break can be there.
  const lines = recent.map((line) => `${line.replace(/[\r\n]+/g, " ")}\n`);
  await writeFile(file, lines.join(""), { mode: 0o600 });
  return file;
}
