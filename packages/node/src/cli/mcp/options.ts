// The flags of `mcp`, and the name of the server.

import { basename } from "node:path";
import { CliError } from "../io.js";

export interface McpFlags {
  readonly policy?: string;
  readonly server?: string;
  readonly audit?: string;
  readonly pins?: string;
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
