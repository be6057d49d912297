// Tells a person of a question: on the terminal of the judge, or by a program of the user's choice.

import { spawn } from "node:child_process";
import { escapeTerminal } from "../../util/escape-terminal.js";
import type { NewTicket } from "../approvals.js";

const MAX_RUNNING = 4;
const DEADLINE_MS = 10_000;

/** A program with its arguments. No shell reads them. */
export type Argv = readonly [program: string, ...args: string[]];

/**
 * The text of a question for a person, with the commands that answer it, which begin with `command`.
 * No text of an agent in it can move the cursor or begin a line.
 */
export function questionText({ ticket, request, what, needsCode, code }: NewTicket, command: string): string {
  const { message, agent, session, host, mayRepeat } = request;
  const who = Object.entries({ agent, session, host })
    .filter(([, name]) => name !== undefined)
    .map(([key, name]) => `${key} ${name}`);
  return [
    what,
    message,
    ...(who.length === 0 ? [] : [who.join(", ")]),
    `allow it once: ${command} ${ticket} --once`,
    ...(mayRepeat ? [`allow it for a time: ${command} ${ticket} --for 10m`] : []),
    `deny it: ${command} --deny ${ticket}`,
    ...(needsCode ? [`code: ${code}`] : []),
  ]
    .map((line) => `${escapeTerminal(line)}\n`)
    .join("");
}

/** Runs the program of the user's choice for each question. It reads the text on its stdin. */
export class Notifier {
  readonly #argv: Argv;
  readonly #failed: (why: string) => void;
  #running = 0;

  /** `failed` receives why a person was not told. */
  constructor(argv: Argv, failed: (why: string) => void) {
    this.#argv = argv;
    this.#failed = failed;
  }

  /** Arguments would show the code to all processes, so the text goes to stdin alone. */
  notify(text: string): void {
    if (this.#running >= MAX_RUNNING) {
      this.#failed("too many notifications run already");
      return;
    }
    const [program, ...args] = this.#argv;
    this.#running += 1;
    const child = spawn(program, args, {
      stdio: ["pipe", "ignore", "ignore"],
      env: withoutOwn(process.env),
      timeout: DEADLINE_MS,
      killSignal: "SIGKILL",
    });
    let why: string | undefined;
    child.on("error", (error) => {
      why = error.message;
    });
    child.on("exit", (code, signal) => {
      if (code !== 0) why ??= code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`;
    });
    child.on("close", () => {
      this.#running -= 1;
      if (why !== undefined) this.#failed(why);
    });
    child.stdin.on("error", () => {});
    child.stdin.end(text);
  }
}

/** The environment without this program's variables, which may hold keys. */
function withoutOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("A3S_SENTRY_")));
}
