// Defines the commands for those who keep policies in git.

import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { dateOption } from "./date-option.js";
import { DIFF_FORMATS, type DiffOptions } from "./diff/options.js";
import type { FmtOptions } from "./fmt.js";
import { ESCALATIONS, type InitOptions, STOCK_POLICIES } from "./init/options.js";
import type { ExitCode, Io } from "./io.js";
import { PACK_NAMES, type PackName, type PacksOptions } from "./packs/options.js";
import { TEST_FORMATS, type TestCommandOptions } from "./test/options.js";

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

  root
    .command("init")
    .summary("write a policy to start from")
    .description("Writes a stock policy with its tests. On a terminal, it asks for what has no flag.")
    .argument("[file]", "policy file to write", "sentry.acl")
    .addOption(new Option("--policy <name>", "stock policy to start from").choices(STOCK_POLICIES))
    .addOption(new Option("--escalations <what>", "escalations that no tier resolves").choices(ESCALATIONS))
    .option("--dry-run", "begin with a dry run")
    .action(async (file: string, options: InitOptions) => {
      const { init } = await import("./init/init.js");
      onExit(await init(file, options, io));
    });

  root
    .command("diff")
    .summary("show what a new policy decides differently")
    .description(
      "Judges events by the rules of two policies, and shows what the new one decides differently, by rule and direction. " +
        "Asks no tier, and reads no variable. Exits with 1 if a `--fail-on` flag asks for it.",
    )
    .argument("<old>", "policy file")
    .argument("<new>", "policy file")
    .argument("[events...]", "files of events, one JSON object per line (default: stdin)")
    .addOption(new Option("--format <format>", "how to print the result").choices(DIFF_FORMATS).default("text"))
    .option("--fail-on-change", "exit with 1 if an event is decided differently")
    .option("--fail-on-weaker", "exit with 1 if an event is decided more weakly")
    .addOption(dateOption())
    .action(async (before: string, after: string, events: string[], options: DiffOptions) => {
      const { diff } = await import("./diff/diff.js");
      onExit(await diff([before, after], events, options, io));
    });

  root
    .command("test")
    .summary("run the tests of policies")
    .description(
      "Runs the tests in policies, and in the files NAME.test.acl beside them, and shows what failed and which rules " +
        "no test fires. Asks no tier, and reads no variable. Exits with 1 if a test fails.",
    )
    .argument("<file...>", "policy files, ACL or TOML (*.toml)")
    .addOption(new Option("--format <format>", "how to print the result").choices(TEST_FORMATS).default("text"))
    .addOption(new Option("--min-coverage <percent>", "fail if tests fire fewer of the rules").argParser(percent))
    .addOption(dateOption())
    .option("--watch", "run the tests again after each change")
    .action(async (files: string[], options: TestCommandOptions) => {
      const { test } = await import("./test/test.js");
      onExit(await test(files, options, io));
    });

  root
    .command("packs")
    .summary("list the packs of built-in rules")
    .description(
      "Lists the packs of built-in rules: whether each is on by default, and how many attacks and everyday events " +
        "it flags. With a name, shows the rules of one and their cases.",
    )
    .addArgument(new Argument("[name]", "pack to show").choices(PACK_NAMES))
    .option("--json", "print JSON")
    .action(async (name: PackName | undefined, options: PacksOptions) => {
      const { packs } = await import("./packs/packs.js");
      onExit(await packs(name, options, io));
    });

  root
    .command("lsp")
    .summary("run the language server for editors")
    .description(
      "Serves an editor on stdin and stdout: diagnostics, completion, documentation, definitions, formatting and fixes " +
        "for policies. Asks no tier, and reads no variable.",
    )
    .addOption(new Option("--stdio", "accepted, since some editors pass it: there is no other way").hideHelp())
    .action(async () => {
      const { lsp } = await import("./lsp/lsp.js");
      onExit(await lsp(io));
    });
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError("expected a number from 0 to 100");
}
