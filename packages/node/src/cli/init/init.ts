// `init [FILE]`: writes a stock policy to start from, with its tests.

import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { format } from "@a3s-sentry/core/tools";
import { errnoOf } from "../../util/errno.js";
import { ownFile } from "../../util/own-file.js";
import { CliError, type ExitCode, errorText, type Io } from "../io.js";
import { writeOut } from "../write.js";
import type { InitOptions } from "./options.js";
import { askFor } from "./questions.js";

/** Asks on a terminal for what has no flag. Never overwrites a file. */
export async function init(file: string, given: InitOptions, io: Io): Promise<ExitCode> {
  if (!file.endsWith(".acl")) throw new CliError(`a policy ends in \`.acl\`, and \`${file}\` does not`);
  if (given.policy === undefined && !io.stdin.isTTY) {
    throw new CliError("give `--policy NAME`: there is no terminal to ask on");
  }
  const options = io.stdin.isTTY ? await askFor(given, io) : given;
  const name = options.policy ?? "coding-agent";
  const tests = join(dirname(file), `${basename(file, ".acl")}.test.acl`);
  const texts = { [file]: await withSettings(stock(`${name}.acl`), options), [tests]: stock(`${name}.test.acl`) };
  for (const [path, text] of Object.entries(texts)) write(path, text);
  const next = `read ${file}, edit it, and run \`a3s-sentry test ${file}\` after each change`;
  await writeOut(io.stdout, `wrote ${file} and ${tests}\n${next}\n`);
  return 0;
}

function stock(name: string): string {
  const file = ownFile(`../policies/${name}`);
  if (file === undefined)
    throw new CliError("the stock policies are not beside this program: copy them from its package");
  return readFileSync(file, "utf8");
}

/** The policy with the settings that were chosen. */
async function withSettings(policy: string, { escalations, dryRun }: InitOptions): Promise<string> {
  let text = policy;
  if (escalations !== undefined) text = withSetting(text, "fail_closed", escalations === "block");
  if (dryRun !== undefined) text = withSetting(text, "dry_run", dryRun);
  return await format(text);
}

/** Replaces a setting, or adds it behind the comment at the top. */
function withSetting(policy: string, key: string, value: boolean): string {
  const written = new RegExp(`^${key} *=.*$`, "m");
  if (written.test(policy)) return policy.replace(written, `${key} = ${value}`);
  const comment = /^(?:#.*\n)*/.exec(policy)?.[0] ?? "";
  return `${comment}\n${key} = ${value}${policy.slice(comment.length)}`;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    const why = errnoOf(error) === "EEXIST" ? "it exists already" : errorText(error);
    throw new CliError(`cannot write \`${path}\`: ${why}`, { cause: error });
  }
}
