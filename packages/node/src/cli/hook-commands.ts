// Defines the commands for the hooks of coding agents.

import { Argument, type Command } from "commander";
import { HOST_NAMES, type HostName } from "../guard/hosts/host-names.js";
import type { InstallOptions } from "./hook/install/install.js";
import type { ExitCode, Io } from "./io.js";

const FLAGS = `
Flags, behind the host:
  --policy <file>  absolute path of the policy (default: ~/.config/a3s-sentry/policy.acl)
  --socket <path>  absolute path of the resident judge's socket (default: that of the machine)`;

export function hookCommands(root: Command, io: Io, onExit: (code: ExitCode) => void): void {
  const hook = root
    .command("hook")
    .summary("answer a coding agent before it acts")
    .helpCommand(false)
    .description(
      "Reads what a coding agent is about to do as JSON on stdin, judges it, and prints the answer in the agent's own form. " +
        "Asks the resident judge where one runs. Whatever fails is a denial. `hook install` has agents run it.",
    )
    .addArgument(host("<host>"))
    // Not options, which the commands below would lose to this one. The entry point reads them.
    .addHelpText("after", FLAGS)
    .action(async (name: HostName) => {
      const { answerHost } = await import("./hook/answer.js");
      await answerHost(name, []);
    });

  hook
    .command("install")
    .summary("have coding agents run the hook")
    .description(
      "Writes the hook into the settings of a coding agent, or of each that is in use, with its switch for failures. " +
        "Shows the change, and writes it with `--yes`, after a backup.",
    )
    .addArgument(host("[host]"))
    .option("--policy <file>", "the user's policy (default: ~/.config/a3s-sentry/policy.acl)")
    .option("--socket <path>", "socket of the resident judge (default: that of a judge of yours that runs now)")
    .option("--yes", "write the change")
    .action(async (name: HostName | undefined, options: InstallOptions) => {
      const { install } = await import("./hook/install/install.js");
      onExit(await install(name, options, io));
    });

  hook
    .command("uninstall")
    .summary("remove the hook from coding agents")
    .description(
      "Removes the hook from the settings of a coding agent, or of all. Shows the change, and writes it with `--yes`.",
    )
    .addArgument(host("[host]"))
    .option("--yes", "write the change")
    .action(async (name: HostName | undefined, options: InstallOptions) => {
      const { uninstall } = await import("./hook/install/install.js");
      onExit(await uninstall(name, options, io));
    });

  hook
    .command("status")
    .summary("show where the hook is installed, and by which policies it decides")
    .description("Shows the coding agents that run the hook, and the layers of policies with the rules of each.")
    .action(async () => {
      const { status } = await import("./hook/install/status.js");
      onExit(await status(io));
    });

  hook
    .command("doctor")
    .summary("run the installed hook as coding agents do")
    .description(
      "Sends a command that must be denied and one that must pass through each installed hook, and reports what keeps an " +
        "agent from running it, also in the settings of the project in this folder. Exits with 1 if there is a problem.",
    )
    .addArgument(host("[host]"))
    .action(async (name: HostName | undefined) => {
      const { doctor } = await import("./hook/install/doctor.js");
      onExit(await doctor(name, io));
    });
}

function host(name: string): Argument {
  return new Argument(name, "the coding agent").choices(HOST_NAMES);
}
