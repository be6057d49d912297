// The command line of the investigator.

import { Command } from "commander";
import { version } from "../util/version.js";

export interface Flags {
  readonly prompt: string;
  readonly skills?: string;
  readonly json?: boolean;
}

const ENVIRONMENT = `
Environment:
  SENTRY_L3_URL, SENTRY_L3_MODEL, SENTRY_L3_KEY
      the OpenAI-compatible endpoint; where unset, A3S_SENTRY_LLM_URL, _MODEL and _KEY
  A3S_SENTRY_AGENT_TIMEOUT
      seconds within which there must be an answer (120)
  A3S_SENTRY_RECENT_EVENTS
      a file with earlier events of the same actor, one JSON object a line

Exit codes: 0 answered, 1 not.`;

/** The flags of a command line. Throws a `CommanderError`, also where help or version was asked for. */
export function flagsOf(args: readonly string[], print: (text: string) => void, warn: (text: string) => void): Flags {
  return new Command("a3s-sentry-agent")
    .description(
      "Investigates one action of an AI agent with the help of a model, and answers allow, block or escalate.",
    )
    .requiredOption("-p, --prompt <text>", "what is to be judged")
    .option("--skills <dir>", "folder of playbooks, *.md (default: those that come with it)")
    .option("--json", "answer with one JSON object")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", ENVIRONMENT)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: warn })
    .parse(args, { from: "user" })
    .opts<Flags>();
}
