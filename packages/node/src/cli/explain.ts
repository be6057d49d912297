// `explain [EVENT | COMMAND...]`: judges one event, or a command as typed, and shows what each rule
// said.

import type { Buffer } from "node:buffer";
import { type Explanation, toolExec, type Verdict } from "@a3s-sentry/core";
import { explanationsOfCall } from "@a3s-sentry/core/host";
import { TargetCheck } from "../enforcer/target-check.js";
import type { Sentry } from "../sentry.js";
import { escapeTerminalJson } from "../util/escape-terminal.js";
import { type EnforcedCommand, type EnforcedExplanation, explanationText } from "./explain-text.js";
import { readAll, refuseDirectory } from "./input.js";
import { CliError, colorsFor, type ExitCode, type Io } from "./io.js";
import { maskedExplanation } from "./masked-explanation.js";
import { whyNotAnEvent } from "./not-an-event.js";
import { openPolicy } from "./open-policy.js";
import { typedCommand } from "./typed-command.js";
import { writeOut } from "./write.js";

export interface ExplainOptions {
  readonly policy?: string;
  readonly date?: string;
  readonly json?: boolean;
  readonly exitCode?: boolean;
}

/** The exit codes of `--exit-code`. An escalation has its own: the rules alone do not decide. */
const CODES: Readonly<Record<Verdict, ExitCode>> = { allow: 0, block: 3, escalate: 4 };

/** No rule reads the process id. */
const COMMAND_PID = 0;

export async function explain(words: readonly string[], options: ExplainOptions, io: Io): Promise<ExitCode> {
  const sentry = await openPolicy(options, io.env);
  try {
    const input = words.length > 0 ? eventOf(words) : await eventFromStdin(io);
    const explanation = sentry.explain(input);
    if (explanation === null) throw new CliError(`not an event: ${whyNotAnEvent(sentry, input)}`);
    const final = sentry.failMode(explanation.sae ?? explanation.decision);
    const { never } = sentry.policy.denyLimits;
    const whole = {
      ...enforced(explanation, new TargetCheck({ never, own: [process.execPath] })),
      ...standingFor(sentry, explanation, String(input)),
    };
    const shown = await maskedExplanation(whole, sentry);
    const text = options.json ? json(shown) : explanationText(shown, final, colorsFor(io.stdout, io.env));
    await writeOut(io.stdout, `${text}\n`);
    return options.exitCode ? CODES[(explanation.sae ?? explanation.decision).verdict] : 0;
  } finally {
    sentry.close();
  }
}

/** The explanation with the reasons why targets would not be written. */
function enforced({ commands, ...explanation }: Explanation, check: TargetCheck): EnforcedExplanation {
  const notEnforced = check.refusal(explanation.decision);
  const traced = commands?.commands.map((command): EnforcedCommand => {
    const { target, targetFrom } = command;
    const action = target === undefined ? undefined : ({ kind: "DenyExec", target } as const);
    const refusal = action && check.refusal({ action, ...(targetFrom && { targetFrom }) });
    return { ...command, ...(refusal && { notEnforced: refusal }) };
  });
  return {
    ...explanation,
    ...(notEnforced && { notEnforced }),
    ...(commands && traced && { commands: { ...commands, commands: traced } }),
  };
}

/** The events that a call stands for, by which guards judge it too. Throws a `CliError` for a call with too many. */
function standingFor(sentry: Sentry, call: Explanation, json: string): Pick<EnforcedExplanation, "standsFor"> {
  try {
    const events = explanationsOfCall(sentry, call, json);
    const standsFor = events.map(({ kind, subject, decision }) => ({ kind, subject, decision }));
    return standsFor.length === 0 ? {} : { standsFor };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CliError(`a guard denies this call and does not judge it: ${error.message}`, { cause: error });
  }
}

/** The event that the arguments are: JSON, or a command as one text or as words. */
function eventOf(words: readonly string[]): string {
  const [first = ""] = words;
  const text = first.trim();
  if (words.length > 1) return toolExec(COMMAND_PID, words);
  if (text === "" || text.startsWith("{")) return first;
  return toolExec(COMMAND_PID, typedCommand(first));
}

async function eventFromStdin(io: Io): Promise<Buffer> {
  refuseDirectory(io);
  if (io.stdin.isTTY) io.stderr.write("waiting for an event on stdin: paste its JSON, then press Ctrl-D\n");
  return await readAll(io.stdin, "stdin");
}

function json(explanation: EnforcedExplanation): string {
  return escapeTerminalJson(JSON.stringify(explanation, null, 2));
}
