// What an installation fixes: the program, the policy and the socket, all outside of workspaces.

import { lstatSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { LayeredPolicy } from "../../../guard/layered-policy.js";
import { findLayers, userPolicy } from "../../../guard/policy-layers.js";
import { isTrustedSocket, userSocket } from "../../../guard/sockets.js";
import { CliError } from "../../io.js";
import type { HookOptions } from "../options.js";
import type { Program } from "./hook-command.js";

/** The program that runs now. Throws a `CliError` if it will not stay where it is. */
export function ownProgram(): Program {
  if (process.platform === "win32") throw new CliError("hooks are installed on Linux and macOS only");
  const main = realpathSync(process.argv[1] ?? "");
  if (!/[\\/]_npx[\\/]/.test(main)) return { node: process.execPath, main };
  throw new CliError("cannot install a program from the cache of `npx` as a hook: install the package first");
}

/**
 * The flags of the installed command. Compiles the policies, so that a hook never denies everything
 * because of a typo. Rejects with a `PolicyError`, or with a `CliError` for a path in a workspace.
 */
export async function fixedOptions({ policy, socket }: HookOptions): Promise<HookOptions> {
  const path = policy === undefined ? existing(userPolicy()) : resolve(policy);
  const layers = findLayers(path === undefined ? {} : { user: path });
  (await LayeredPolicy.open(layers)).close();
  if (path !== undefined) refuseWorkspace(path);
  const judge = socket === undefined ? runningJudge() : resolve(socket);
  return { ...(path !== undefined && { policy: path }), ...(judge !== undefined && { socket: judge }) };
}

/** Of this user's judge. That of the machine needs no flag. */
function runningJudge(): string | undefined {
  try {
    return isTrustedSocket(userSocket()) ? userSocket() : undefined;
  } catch {
    return undefined;
  }
}

function existing(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? undefined : path;
}

/** An agent may write to the repository that it works in. */
function refuseWorkspace(path: string): void {
  for (let folder = dirname(realpathSync(path)); folder !== dirname(folder); folder = dirname(folder)) {
    if (folder === realpathSync(homedir())) return;
    if (existing(join(folder, ".git")) === undefined) continue;
    throw new CliError(
      `the policy \`${path}\` is in the repository \`${folder}\`, where agents work: move it, for example to \`${userPolicy()}\``,
    );
  }
}
