// `explain [EVENT]`: judges one event and shows what each rule said.

import type { Buffer } from "node:buffer";
import type { Explanation } from "@a3s-sentry/core";
import { escapeTerminalJson } from "../util/escape-terminal.js";
import { explanationText } from "./explain-text.js";
import { readAll, refuseDirectory } from "./input.js";
import { CliError, colorsFor, type ExitCode, type Io } from "./io.js";
import { whyNotAnEvent } from "./not-an-event.js";
import { openPolicy } from "./open-policy.js";
import { writeOut } from "./write.js";

export interface ExplainOptions {
  readonly policy?: string;
  readonly json?: boolean;
}

export async function explain(event: string | undefined, options: ExplainOptions, io: Io): Promise<ExitCode> {
  const sentry = await openPolicy(options.policy, io.env);
  try {
    const input = event ?? (await eventFromStdin(io));
    const explanation = sentry.explain(input);
    if (explanation === null) throw new CliError(`not an event: ${whyNotAnEvent(input.toString())}`);
    const final = sentry.failMode(explanation.sae ?? explanation.decision);
    const text = options.json ? json(explanation) : explanationText(explanation, final, colorsFor(io.stdout, io.env));
    await writeOut(io.stdout, `${text}\n`);
    return 0;
  } finally {
    sentry.close();
  }
}

async function eventFromStdin(io: Io): Promise<Buffer> {
  refuseDirectory(io);
  if (io.stdin.isTTY) io.stderr.write("waiting for an event on stdin: paste its JSON, then press Ctrl-D\n");
  return await readAll(io.stdin, "stdin");
}

function json(explanation: Explanation): string {
  return escapeTerminalJson(JSON.stringify(explanation, null, 2));
}
