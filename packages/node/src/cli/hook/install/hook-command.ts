// The command that hosts run, as it is written into their settings.

import type { HostName } from "../../../guard/hosts/host-names.js";
import { CliError } from "../../io.js";
import type { HookOptions } from "../options.js";

/** What every installed hook contains, and nothing else does. */
export const MARK = "a3s-sentry: the hook failed";

/** Variables by which Node.js loads code: the folder that the agent works in may set them. */
export const LOADS_CODE: readonly string[] = [
  "NODE_OPTIONS",
  "NODE_PATH",
  "NODE_COMPILE_CACHE",
  "OPENSSL_CONF",
  "OPENSSL_ENGINES",
  "OPENSSL_MODULES",
];

/**
 * Turns every failure into the exit code and the text that hosts take for a denial: a missing
 * program, a crash, a kill. A program that is an empty file, as after an update on a full disk, would
 * end without an error.
 */
const SCRIPT = `unset ${LOADS_CODE.join(" ")}; [ -s "$0" ] && [ -s "$1" ] && "$0" "$@" || { echo "${MARK}" >&2; exit 2; }`;

/** What runs `a3s-sentry` on this machine. */
export interface Program {
  readonly node: string;
  readonly main: string;
}

export function hookWords(host: HostName, { node, main }: Program, { policy, socket }: HookOptions): string[] {
  const flags = [
    ...(policy === undefined ? [] : ["--policy", policy]),
    ...(socket === undefined ? [] : ["--socket", socket]),
  ];
  return [node, main, "hook", host, ...flags];
}

/** A command for any shell: hosts use that of the user. Throws a `CliError` for a path that cannot be quoted. */
export function hookCommand(host: HostName, program: Program, options: HookOptions): string {
  const words = hookWords(host, program, options).map(quoted);
  return ["/bin/sh", "-c", `'${SCRIPT}'`, ...words].join(" ");
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // Shells differ in how these are quoted, and hosts replace variables themselves.
  if (/['\\$`!\p{Cc}]/u.test(word)) {
    throw new CliError(
      `cannot install a hook with \`${word}\`: a path must have no quote, backslash, dollar sign, exclamation mark or control character`,
    );
  }
  return `'${word}'`;
}
