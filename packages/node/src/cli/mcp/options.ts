// The flags of `mcp`, read: which server, and its name.

import { basename } from "node:path";
import { CliError } from "../io.js";

export interface McpFlags {
  readonly policy?: string;
  readonly server?: string;
  readonly audit?: string;
  readonly pins?: string;
  readonly socket?: string;
  readonly http?: string;
  readonly port?: string;
}

/** The server that is guarded: a program that is started, or the address of one that runs. */
export type McpServer =
  | { readonly kind: "process"; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: "http"; readonly url: URL; readonly port: number };

export interface McpSettings {
  /** The name that rules know the server by. */
  readonly name: string;
  readonly server: McpServer;
}

const MAX_PORT = 65_535;

/** `words` are the program and its arguments. Throws a `CliError`. */
export function mcpSettings([program, ...args]: readonly string[], flags: McpFlags): McpSettings {
  if (flags.http === undefined) {
    if (program === undefined) throw new CliError("name the server: `-- COMMAND`, or `--http URL`");
    if (flags.port !== undefined) throw new CliError("`--port` needs `--http URL`");
    return { name: serverName(flags.server, program), server: { kind: "process", program, args } };
  }
  if (program !== undefined) throw new CliError("give a command or `--http URL`, not both");
  if (flags.port === undefined) throw new CliError("`--http` needs `--port PORT`, where clients find the guard");
  const url = serverUrl(flags.http);
  return { name: serverName(flags.server, url.hostname), server: { kind: "http", url, port: portIn(flags.port) } };
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CliError(`\`--http\` must be the URL of a server, such as \`https://example.com/mcp\`, not \`${text}\``);
  }
  // Everybody on the machine can read the arguments of a process.
  if (url.username !== "" || url.password !== "") {
    throw new CliError("`--http` must not have a user or a password: put credentials into the headers of the client");
  }
  url.hash = "";
  return url;
}

function portIn(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= MAX_PORT) return port;
  throw new CliError(`\`--port\` must be a whole number from 0 to ${MAX_PORT}, not \`${text}\``);
}

/** Two underscores end the name of a server in the name of its tool. */
const NAME = /^(?!.*__)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** The name that rules know the server by: the one given, or that of its program. Throws a `CliError`. */
export function serverName(given: string | undefined, program: string): string {
  const name = given ?? basename(program).replace(/\.(?:exe|[cm]?js|py|sh)$/i, "");
  if (NAME.test(name)) return name;
  const todo = "use letters, digits, `.`, `-` and single `_`, as in `--server github`";
  throw new CliError(`invalid name of a server \`${name}\`: ${todo}`);
}
