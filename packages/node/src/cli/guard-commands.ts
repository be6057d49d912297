// Defines the commands that judge agents before they act.

import { type Command, Option } from "commander";
import { AUDIT_LOST } from "../daemon/config/words.js";
import type { ApproveFlags } from "./approve/options.js";
import type { ExitCode, Io } from "./io.js";
import type { McpFlags } from "./mcp/options.js";
import type { ServeFlags } from "./serve/options.js";

export function guardCommands(root: Command, io: Io, onExit: (code: ExitCode) => void): void {
  root
    .command("serve")
    .summary("judge the calls of all agents")
    .description(
      "Judges the tool calls of agents before they are made, for all hooks of a user or a machine, until it is interrupted. " +
        "Prints an audit line to stdout for each call that is not simply allowed.",
    )
    .option("-p, --policy <file>", "the user's policy (default: ~/.config/a3s-sentry/policy.acl, if there is one)")
    .option("--socket <path>", "the Unix socket to listen at")
    .option("--shared", "let all users of the machine ask; people of this user alone approve")
    .option("--http <port>", "listen on 127.0.0.1 too, with a token; 0 for a free port")
    .option("--notify <program>", "program that shows a question to a person: reads it on stdin; or a JSON list")
    .option("--workers <number>", "concurrent judgements of L2 and L3, default 4")
    .option("--metrics-addr <ip:port>", "serve /metrics and /healthz")
    .addOption(
      new Option("--audit-lost <action>", "`stop` or `continue` if audit lines cannot be written")
        .choices(AUDIT_LOST)
        .default("stop"),
    )
    .option("--json", "print lines of JSON on a terminal too")
    .action(async (flags: ServeFlags) => {
      const { serve } = await import("./serve/serve.js");
      onExit(await serve(flags, io));
    });

  root
    .command("approve")
    .summary("answer the questions of `serve`")
    .description(
      "Lists the calls that wait for a person, and answers them: `approve TICKET --once`, `approve TICKET --for 10m`, " +
        "`approve --deny TICKET`. An agent of the same user cannot: it takes a code that only a person is shown.",
    )
    .argument("[ticket]", "the ticket of the question, or `list` (the default)")
    .option("--once", "allow the call once")
    .option("--for <time>", "allow the same call for a time, such as 10m; for calls that run nothing")
    .addOption(new Option("--deny <ticket>", "deny the call"))
    .option("--socket <path>", "the socket that `serve` listens at")
    .option("--json", "print the list as JSON")
    .action(async (ticket: string | undefined, flags: ApproveFlags) => {
      const { approve } = await import("./approve/approve.js");
      onExit(await approve(ticket, flags, io));
    });

  root
    .command("mcp")
    .summary("guard a server of tools")
    .description(
      "Starts an MCP server, and judges what passes between it and its client on stdin and stdout: calls before they are " +
        "made, and results before a model reads them. With --http, stands on 127.0.0.1 in front of a server over HTTP.",
    )
    .usage("[options] -- <command...>\n       a3s-sentry mcp [options] --http <url> --port <port>")
    .argument("[command...]", "the program of the server and its arguments, after --")
    .option("-p, --policy <file>", "the user's policy (default: ~/.config/a3s-sentry/policy.acl, if there is one)")
    .option("--http <url>", "the address of a server over HTTP, in place of a command")
    .option("--port <port>", "with --http: the port of 127.0.0.1 that clients call in its place; 0 for a free port")
    .option(
      "--server <name>",
      "name of the server in rules: its tools are mcp__NAME__TOOL (default: its program or host)",
    )
    .option("--socket <path>", "the socket of `serve`, which judges the calls if it is there")
    .option("--pins <file>", "file that keeps what the server says of itself and its tools, to report changes")
    .option("--audit <file>", "file to add audit lines to")
    .action(async (words: string[], flags: McpFlags) => {
      const { mcp } = await import("./mcp/mcp.js");
      onExit(await mcp(words, flags, io));
    });
}
