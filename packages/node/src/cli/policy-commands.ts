// Defines the commands for those who keep policies in git.

import type { Command } from "commander";
import type { FmtOptions } from "./fmt.js";
import type { ExitCode, Io } from "./io.js";

export function policyCommands(root: Command, io: Io, onExit: (code: ExitCode) => void): void {
  root
    .command("fmt")
    .summary("format policies")
    .description(
      "Formats policies in the one style, with their comments, and prints the names of the files that it changes.",
    )
    .argument("<file...>", "policy files in ACL; `-` formats stdin to stdout")
    .option("--check", "write nothing, and exit with 1 if a file is not formatted")
    .action(async (files: string[], options: FmtOptions) => {
      const { fmt } = await import("./fmt.js");
      onExit(await fmt(files, options, io));
    });
}
