// The command line of the investigator: its flags and its help.

import { Command } from "commander";
import { VERSION } from "../util/version.js";

export interface Flags {
  readonly prompt: string;
  readonly skills?: string;
  readonly json?: boolean;
}

const ENVIRONMENT = `
Environment:
  SENTRY_L3_URL, SENTRY_L3_MODEL, SENTRY_L3_KEY or SENTRY_L3_KEY_FILE
      the OpenAI-compatible endpoint (default: A3S_SENTRY_LLM_URL, _MODEL, _KEY and _KEY_FILE)
  A3S_SENTRY_AGENT_TIMEOUT
      time for an answer, in seconds (default: 120)
  A3S_SENTRY_RECENT_EVENTS
      file of earlier events of the same actor, one JSON object per line

Exit codes: 0 answered, 1 no answer.`;

/**
 * Parses a command line. Throws a `CommanderError`, also after it has printed the help or the
 * version.
 */
export function flagsOf(args: readonly string[], print: (text: string) => void, warn: (text: string) => void): Flags {
  return new Command("a3s-sentry-agent")
    .description("Investigates one action of an AI agent with a model, and answers allow, block or escalate.")
    .requiredOption("-p, --prompt <text>", "the action to judge")
    .option("--skills <dir>", "folder of playbooks, *.md (default: those of this package)")
    .option("--json", "print the answer as one JSON object")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", ENVIRONMENT)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: warn })
    .parse(args, { from: "user" })
    .opts<Flags>();
}
