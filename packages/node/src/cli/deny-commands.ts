// Defines the commands that manage deny-files.

import { type Command, Option } from "commander";
import { type AddFlags, DENY_KINDS, type DenyFlags, type ListFlags, type WhyFlags } from "./deny/options.js";
import { measuring } from "./fleet-commands.js";
import type { ExitCode, Io } from "./io.js";

export function denyCommands(root: Command, io: Io, onExit: (code: ExitCode) => void): void {
  const deny = root
    .command("deny")
    .summary("manage deny-files by hand")
    .helpCommand(false)
    .description(
      "Lists and changes what the deny-files of a policy deny, while `run` writes them. Reason, origin and end of a target " +
        "are kept beside its file.",
    );

  withFiles(deny.command("list"))
    .summary("list what is denied")
    .description("Lists the targets in the deny-files, and the notes on them.")
    .option("--json", "print JSON")
    .action(async (flags: ListFlags) => {
      const { list } = await import("./deny/list.js");
      onExit(await list(flags, io));
    });

  withFiles(deny.command("add"))
    .summary("deny targets")
    .description("Denies addresses, hosts, files or programs. What is never denied is refused.")
    .argument("<target...>", "IPv4 addresses or hosts, or absolute paths")
    .option("--reason <text>", "why, for `list` and `why`")
    .option("--for <time>", "time after which `expire` removes them, such as 2h or 30d")
    .action(async (targets: string[], flags: AddFlags) => {
      const { add } = await import("./deny/add.js");
      onExit(await add(targets, flags, io));
    });

  withFiles(deny.command("remove"))
    .summary("deny targets no longer")
    .description("Removes targets from the deny-files. Exits with 1 if one is in none of them.")
    .argument("<target...>", "as `list` shows them")
    .action(async (targets: string[], flags: DenyFlags) => {
      const { remove } = await import("./deny/remove.js");
      onExit(await remove(targets, flags, io));
    });

  withFiles(deny.command("why"))
    .summary("show why a target is denied")
    .description("Shows the notes on a target, and its first block in audit lines. Exits with 1 if it is not denied.")
    .argument("<target>", "as `list` shows it")
    // Not variadic: the target may follow.
    .option("--audit <file>", "file of audit lines of `run`; may be given again", collect)
    .option("--json", "print JSON")
    .action(async (target: string, flags: WhyFlags) => {
      const { why } = await import("./deny/why.js");
      onExit(await why(target, flags, io));
    });

  withFiles(deny.command("expire"))
    .summary("remove what is past its time")
    .description("Removes the targets that were added with `--for`, and are past their time. Run it from a timer.")
    .action(async (flags: DenyFlags) => {
      const { expire } = await import("./deny/remove.js");
      onExit(await expire(flags, io));
    });

  measuring(
    withPolicyFiles(deny.command("sync"))
      .summary("deny what the fleet denies")
      .description(
        "Keeps lines in the deny-files for what a rule marked `fleet = true` has blocked on any node of the tenant, and " +
          "leaves all other lines alone. Needs the package @a3s-sentry/fleet.",
      )
      .option("--tenant <name>", "tenant of this node", "default")
      .option("--interval <seconds>", "how often the servers are asked", "5")
      .option("--once", "ask once; exit with 1 if the bucket is not to be trusted")
      .option("--accept", "take a bucket that has shrunk, with --once"),
  ).action(async (flags: unknown) => {
    const { runFleet } = await import("./fleet/load-fleet.js");
    onExit(await runFleet("denySync", [flags], io));
  });

  for (const command of deny.commands) command.showHelpAfterError(`(see \`a3s-sentry deny ${command.name()} --help\`)`);
}

function collect(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}

/** The flags for the deny-files, which are those of `run`. */
function withFiles(command: Command): Command {
  return withPolicyFiles(command).addOption(
    new Option("--kind <kind>", "deny-files of one kind alone").choices(DENY_KINDS),
  );
}

function withPolicyFiles(command: Command): Command {
  return command
    .option("-c, --config <file>", "policy file that names the deny-files (A3S_SENTRY_CONFIG)")
    .option("-p, --policy <file>", "the same, as `run` takes it (A3S_SENTRY_POLICY)")
    .option("--egress-deny <file>", "deny-file for addresses and hosts (A3S_SENTRY_EGRESS_DENY)")
    .option("--file-deny <file>", "deny-file for files (A3S_SENTRY_FILE_DENY)")
    .option("--exec-deny <file>", "deny-file for programs (A3S_SENTRY_EXEC_DENY)");
}
