// `approve [list | TICKET]`: lists the questions that wait for a person, and answers them.

import { userInfo } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Answer } from "../../guard/approvals.js";
import { exchange, ResidentError } from "../../guard/client.js";
import { PROTOCOL } from "../../guard/protocol.js";
import type { ApprovalReply, ListedTicket } from "../../guard/resident/approval-requests.js";
import type { AnsweredBy } from "../../guard/resident/guard-audit.js";
import { approvalSocket, isTrustedSocket, knownSockets } from "../../guard/sockets.js";
import { escapeTerminal, escapeTerminalJson } from "../../util/escape-terminal.js";
import { CliError, type Colors, colorsFor, type ExitCode, errorText, type Io } from "../io.js";
import { writeOut } from "../write.js";
import { approveCommand } from "./approve-command.js";
import type { ApproveFlags } from "./options.js";

const DEADLINE_MS = 10_000;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

export async function approve(ticket: string | undefined, flags: ApproveFlags, io: Io): Promise<ExitCode> {
  const given = answerOf(ticket, flags);
  const socket = judgeSocket(flags.socket);
  const path = approvalSocket(socket);
  const tickets = await openTickets(path);
  if (given === undefined) {
    await writeOut(io.stdout, flags.json ? jsonOf(tickets) : listText(tickets, socket, colorsFor(io.stdout, io.env)));
    return 0;
  }
  const found = tickets.find((open) => open.ticket === given.ticket);
  if (found === undefined) throw new CliError(`there is no such open question: see \`${approveCommand(socket)}\``);
  const { answer } = given;
  const code = found.needsCode && answer.kind !== "deny" ? await codeFrom(found, io) : undefined;
  await ask(path, { ticket: found.ticket, answer, by: self(io.env), ...(code && { code }) });
  await writeOut(io.stdout, `${answerText(answer)}\n`);
  return 0;
}

interface Given {
  readonly ticket: string;
  readonly answer: Answer;
}

/** The answer that the flags give; `undefined` for a list. */
function answerOf(ticket: string | undefined, { once = false, for: time, deny }: ApproveFlags): Given | undefined {
  const answers = [once, time !== undefined, deny !== undefined].filter(Boolean).length;
  if (answers > 1) throw new CliError("`--once`, `--for` and `--deny` exclude each other: give one of them");
  if (deny !== undefined) {
    if (ticket !== undefined) throw new CliError("`--deny TICKET` takes no further argument");
    return { ticket: deny, answer: { kind: "deny" } };
  }
  if (ticket === undefined || ticket === "list") {
    if (answers > 0) throw new CliError("which question? give its ticket: `a3s-sentry approve TICKET --once`");
    return undefined;
  }
  if (time !== undefined) return { ticket, answer: { kind: "for", seconds: secondsOf(time) } };
  if (once) return { ticket, answer: { kind: "once" } };
  throw new CliError(
    "how long shall it hold? add `--once`, or `--for 10m`; to deny it, use `a3s-sentry approve --deny TICKET`",
  );
}

function secondsOf(text: string): number {
  const [, digits, unit = ""] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNITS[unit] ?? 0);
  if (!(seconds > 0 && seconds <= 24 * 3600)) {
    throw new CliError(
      `\`--for\` must be a time of at most 24 hours, such as \`90s\`, \`10m\` or \`2h\`, not \`${text}\``,
    );
  }
  return seconds;
}

/** The judge's socket, whose folder has the one for people. */
function judgeSocket(given: string | undefined): string {
  const paths = given === undefined ? knownSockets() : [resolve(given)];
  try {
    const found = paths.find(isTrustedSocket);
    if (found !== undefined) return found;
  } catch (error) {
    throw new CliError(`cannot use the socket of the judge: ${errorText(error)}`, { cause: error });
  }
  throw new CliError(
    `no judge listens at ${paths.map((path) => `\`${path}\``).join(" or ")}: start \`a3s-sentry serve\``,
  );
}

async function openTickets(path: string): Promise<readonly ListedTicket[]> {
  const reply = await ask(path, { list: true });
  return "tickets" in reply ? reply.tickets : [];
}

async function ask(path: string, request: object): Promise<ApprovalReply> {
  const line = Buffer.from(`${JSON.stringify({ v: PROTOCOL, ...request })}\n`);
  const reply = await exchange(path, line, DEADLINE_MS).then(
    (text) => JSON.parse(text) as ApprovalReply,
    (error: unknown) => {
      if (!(error instanceof ResidentError)) throw error;
      throw new CliError(`${error.message} (only the user that runs it, or root, can answer)`, { cause: error });
    },
  );
  if ("error" in reply) throw new CliError(reply.error);
  return reply;
}

/** The code that was shown with the question, from the terminal or the first line of stdin. */
async function codeFrom(ticket: ListedTicket, { stdin, stderr, env }: Io): Promise<string> {
  if (stdin.isTTY) stderr.write(questionText(ticket, colorsFor(stderr, env)));
  const lines = createInterface({ input: stdin, ...(stdin.isTTY && { output: stderr }) });
  try {
    const closed = new Promise<string>((done) => lines.once("close", () => done("")));
    return (await Promise.race([lines.question(stdin.isTTY ? "code: " : ""), closed])).trim();
  } finally {
    lines.close();
  }
}

function self({ SUDO_USER: sudoUser }: Io["env"]): AnsweredBy {
  return { user: userName(), uid: process.getuid?.(), ...(sudoUser !== undefined && { sudoUser }) };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may have a user without a name.
    return "";
  }
}

function answerText(answer: Answer): string {
  switch (answer.kind) {
    case "once":
      return "approved once: the same call passes when the agent makes it again within 10 minutes";
    case "for":
      return `approved for ${answer.seconds} seconds: the same call passes until then`;
    case "deny":
      return "denied";
  }
}

function jsonOf(tickets: readonly ListedTicket[]): string {
  return `${escapeTerminalJson(JSON.stringify(tickets, null, 2))}\n`;
}

function listText(tickets: readonly ListedTicket[], socket: string, colors: Colors): string {
  if (tickets.length === 0) return "no question waits for an answer\n";
  const code = tickets.some(({ needsCode }) => needsCode)
    ? "\nthe answer takes the code that `serve` showed with the question, on its terminal or by `--notify`"
    : "";
  const command = escapeTerminal(approveCommand(socket));
  const answers = `answer with \`${command} TICKET --once\` or \`${command} --deny TICKET\`${code}\n`;
  return [...tickets.map((ticket) => questionText(ticket, colors)), answers].join("\n");
}

function questionText(open: ListedTicket, colors: Colors): string {
  const { ticket, what, message, secondsLeft, agent, session, host } = open;
  const who = Object.entries({ agent, session, host })
    .filter(([, name]) => name !== undefined)
    .map(([key, name]) => `${key} ${escapeTerminal(name ?? "")}`);
  const head = `${colors.bold(escapeTerminal(ticket))}  ${colors.dim([`${secondsLeft} s left`, ...who].join(", "))}`;
  return `${head}\n  ${escapeTerminal(what)}\n  ${escapeTerminal(message)}\n`;
}
