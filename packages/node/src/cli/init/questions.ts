// Asks what `init` has no flags for.

import { createInterface } from "node:readline/promises";
import { CliError, type Io } from "../io.js";
import type { ESCALATIONS, InitOptions, STOCK_POLICIES } from "./options.js";

/** A question with its choices; the first is the default. */
interface Question<Choice extends string> {
  readonly text: string;
  readonly choices: Readonly<Record<Choice, string>>;
}

const POLICY: Question<(typeof STOCK_POLICIES)[number]> = {
  text: "Where does the agent run?",
  choices: {
    "coding-agent": "on a developer's machine",
    ci: "in a job of continuous integration",
    server: "on a server, observed by a collector",
    strict: "anywhere, with one narrow task: what no rule allows is blocked",
  },
};

const ESCALATION: Question<(typeof ESCALATIONS)[number]> = {
  text: "What becomes of an escalation that no model or person resolves?",
  choices: { block: "it is blocked", allow: "it is allowed, and audited" },
};

const DRY_RUN: Question<"no" | "yes"> = {
  text: "Begin with a dry run, which writes no deny-file?",
  choices: { no: "blocks count at once", yes: "only the audit shows what would be denied" },
};

/** The answers to the questions that have no flag, asked on a terminal. */
export async function askFor(given: InitOptions, { stdin, stderr }: Io): Promise<InitOptions> {
  const lines = createInterface({ input: stdin, output: stderr });
  const closed = new AbortController();
  lines.once("close", () => closed.abort());
  const ask = async <Choice extends string>({ text, choices }: Question<Choice>): Promise<Choice> => {
    const names = Object.keys(choices) as Choice[];
    const shown = names.map((name, index) => `  ${index + 1}  ${name.padEnd(13)} ${choices[name]}\n`);
    stderr.write(`${text}\n${shown.join("")}`);
    for (;;) {
      const answer = (await lines.question("[1] ", { signal: closed.signal })).trim() || "1";
      const chosen = names.find((name, index) => answer === name || answer === String(index + 1));
      if (chosen !== undefined) return chosen;
      stderr.write(`expected a number from 1 to ${names.length}\n`);
    }
  };
  try {
    const policy = given.policy ?? (await ask(POLICY));
    const escalations = given.escalations ?? (await ask(ESCALATION));
    // The other policies name no deny-file.
    if (given.dryRun !== undefined || policy !== "server") return { ...given, policy, escalations };
    return { policy, escalations, dryRun: (await ask(DRY_RUN)) === "yes" };
  } catch (error) {
    if (closed.signal.aborted) throw new CliError("cancelled: nothing is written");
    throw error;
  } finally {
    lines.close();
  }
}
