// Defines the commands for the hooks of coding agents.

import { Argument, type Command } from "commander";
import { HOST_NAMES, type HostName } from "../guard/hosts/host-names.js";
import type { HookOptions } from "./hook/options.js";

export function hookCommands(root: Command): void {
  root
    .command("hook")
    .summary("answer a coding agent before it acts")
    .description(
      "Reads what a coding agent is about to do as JSON on stdin, judges it, and prints the answer in the agent's own form. " +
        "Asks the resident judge where one runs. Whatever fails is a denial.",
    )
    .addArgument(new Argument("<host>", "the coding agent").choices(HOST_NAMES))
    .option("--policy <file>", "absolute path of the policy (default: ~/.config/a3s-sentry/policy.acl)")
    .option("--socket <path>", "absolute path of the resident judge's socket (default: that of the machine)")
    // Reached only with a flag before the host: the entry point answers otherwise.
    .action(async (host: HostName, options: HookOptions) => {
      const { answerHost } = await import("./hook/answer.js");
      await answerHost(
        host,
        Object.entries(options).flatMap(([key, path]) => [`--${key}`, path]),
      );
    });
}
