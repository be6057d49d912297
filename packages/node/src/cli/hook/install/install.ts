// `hook install` and `hook uninstall`: write the hook into the settings of hosts, and remove it.

import { existsSync } from "node:fs";
import { HOST_NAMES, type HostName } from "../../../guard/hosts/host-names.js";
import { HOSTS } from "../../../guard/hosts/hosts.js";
import { CliError, colorsFor, type ExitCode, type Io } from "../../io.js";
import { writeOut } from "../../write.js";
import type { HookOptions } from "../options.js";
import { apply, type Change, readSettings, shown } from "./change.js";
import { fixedOptions, ownProgram } from "./fixed.js";
import { MARK } from "./hook-command.js";
import { folderOf, type Place, placeOf } from "./places.js";
import { withEntries, withoutEntries } from "./shared-json.js";

export interface InstallOptions extends HookOptions {
  /** Write the change. Without it, it is only shown. */
  readonly yes?: boolean;
}

export async function install(name: HostName | undefined, options: InstallOptions, io: Io): Promise<ExitCode> {
  const program = ownProgram();
  const { policy, socket } = options;
  const fixed = await fixedOptions({
    ...(policy !== undefined && { policy }),
    ...(socket !== undefined && { socket }),
  });
  const hosts = name === undefined ? hostsInUse(io) : [name];
  const changes = hosts.map((host) => changeTo(placeOf(host, program, fixed, io.env)));
  const names = hosts.map((host) => HOSTS[host].title).join(", ");
  return await make(changes, `start ${names} anew, and check with \`a3s-sentry hook doctor\``, options, io);
}

export async function uninstall(name: HostName | undefined, options: InstallOptions, io: Io): Promise<ExitCode> {
  const hosts = name === undefined ? HOST_NAMES : [name];
  // Only where the files are counts here.
  const nothing = { node: "/", main: "/" };
  const changes = hosts.map((host) => removalFrom(placeOf(host, nothing, {}, io.env)));
  return await make(changes, "the agents that run now keep the hook until they are started anew", options, io);
}

/** The hosts whose folders are there. */
function hostsInUse({ env }: Io): HostName[] {
  const hosts = HOST_NAMES.filter((host) => existsSync(folderOf(host, env)));
  if (hosts.length > 0) return hosts;
  throw new CliError(`no coding agent is in use here: name one of ${HOST_NAMES.join(", ")}`);
}

export function changeTo(place: Place): Change {
  const { file } = place;
  const before = readSettings(file);
  if (place.kind === "shared")
    return { file, before, after: withEntries(file, before ?? "", place.entries, place.base) };
  requireOurs(file, before);
  return { file, before, after: place.text };
}

function removalFrom(place: Place): Change {
  const { file } = place;
  const before = readSettings(file);
  if (before === undefined) return { file, before, after: before };
  if (place.kind === "shared") {
    const paths = place.entries.map(({ path }) => path);
    return { file, before, after: withoutEntries(file, before, paths) };
  }
  requireOurs(file, before);
  return { file, before, after: undefined };
}

function requireOurs(file: string, text: string | undefined): void {
  if (text !== undefined && !text.includes(MARK))
    throw new CliError(`\`${file}\` is not from a3s-sentry: move it away`);
}

async function make(changes: readonly Change[], next: string, options: InstallOptions, io: Io): Promise<ExitCode> {
  const colors = colorsFor(io.stdout, io.env);
  const pending = changes.filter(({ before, after }) => before !== after);
  let text = pending.map((change) => `${shown(change, colors)}\n`).join("");
  if (pending.length === 0) text = "nothing to change\n";
  else if (options.yes !== true) text += "nothing is written: run the command again with `--yes`\n";
  else {
    for (const change of pending) {
      const backup = apply(change);
      const done = change.after === undefined ? "removed" : "wrote";
      text += `${done} ${change.file}${backup === undefined ? "" : `, the old one is ${backup}`}\n`;
    }
    text += `\n${next}\n`;
  }
  await writeOut(io.stdout, text);
  return 0;
}
