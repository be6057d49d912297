// The command line: what commands, arguments and flags there are. Help and completions come from here.

import { Argument, Command, Option } from "commander";
import type { RunFlags } from "../daemon/settings.js";
import { version } from "../version.js";
import { type CheckOptions, check } from "./check.js";
import { candidates } from "./completion/candidates.js";
import { SHELLS, script } from "./completion/scripts.js";
import { type EvalOptions, evaluate } from "./eval/eval.js";
import { type ExplainOptions, explain } from "./explain.js";
import type { ExitCode, Io } from "./io.js";
import { run } from "./run.js";
import { writeOut } from "./write.js";

/** The program; `ended` gets the exit code of the command that was run, `help` the text that was asked for instead. */
export function program(io: Io, ended: (code: ExitCode) => void, help: (text: string) => void): Command {
  const root = new Command("a3s-sentry")
    .description("Judges what an AI agent does, event by event, and writes the deny-files that stop it.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: help,
      writeErr: (text) => io.stderr.write(text),
    })
    .showHelpAfterError("(--help tells how it is used)")
    .addHelpText("after", "\nExit codes: 0 fine, 1 findings, 2 wrong usage or could not run.");

  runCommand(root).action(async (flags: RunFlags) => ended(await run(flags, io)));

  root
    .command("check")
    .summary("tell what is wrong with policies")
    .description("Shows every problem of each policy, and rules that are hardly meant. Exits with 1 on any error.")
    .argument("<file...>", "policies, ACL or TOML (*.toml)")
    .option("--json", "print the diagnostics as JSON")
    .action(async (files: string[], options: CheckOptions) => ended(await check(files, options, io)));

  root
    .command("explain")
    .summary("tell why an event is judged as it is")
    .description("Judges one event by the rules, and tells of every rule for its kind why it did or did not decide.")
    .argument("[event]", "the event's JSON; stdin if left out")
    .option("-p, --policy <file>", "policy to judge by, beside the built-in rules")
    .option("--json", "print the trace as JSON")
    .action(async (event: string | undefined, options: ExplainOptions) => ended(await explain(event, options, io)));

  root
    .command("eval")
    .summary("measure a policy on labelled events")
    .description(
      'Judges corpora by the rules: lines of {"label": "allow" | "block", "event": ..., "category"?, "source"?}. Prints recall, ' +
        "precision and false-positive rate, by category or source, for what is blocked and for what is flagged.",
    )
    .argument("<corpus...>", "labelled NDJSON files")
    .option("-p, --policy <file>", "policy to judge by, beside the built-in rules")
    .option("-d, --decisions <out>", "write each line's verdict and rule to this file")
    .action(async (corpora: string[], options: EvalOptions) => ended(await evaluate(corpora, options, io)));

  root
    .command("completion")
    .summary("print a shell's completion script")
    .description("Prints a script for the shell to load, such as: source <(a3s-sentry completion bash)")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell: (typeof SHELLS)[number]) => {
      await writeOut(io.stdout, script(shell));
      ended(0);
    });

  root
    .command("complete", { hidden: true })
    .argument("<shell>")
    .argument("[words...]")
    .allowUnknownOption()
    .action(async (shell: string, words: string[]) => {
      await writeOut(io.stdout, candidates(root, shell, words));
      ended(0);
    });
  return root;
}

function runCommand(root: Command): Command {
  const file = (flags: string, description: string, variable: string): Option =>
    new Option(flags, `${description} (A3S_SENTRY_${variable})`);
  return root
    .command("run")
    .summary("judge events from stdin")
    .description(
      "Judges events from stdin, one JSON object a line. Writes blocked targets to the deny-files, and an audit line to " +
        "stdout for whatever is not plainly allowed. Each flag wins over its variable, and that over the configuration.",
    )
    .addOption(file("-c, --config <file>", "file with the whole configuration", "CONFIG"))
    .addOption(file("-p, --policy <file>", "file with rules, read again when it changes", "POLICY"))
    .addOption(file("--egress-deny <file>", "deny-file for addresses and hosts", "EGRESS_DENY"))
    .addOption(file("--file-deny <file>", "deny-file for files", "FILE_DENY"))
    .addOption(file("--exec-deny <file>", "deny-file for programs", "EXEC_DENY"))
    .addOption(file("--fail-closed", "block escalations that nothing settles", "FAIL_CLOSED"))
    .addOption(file("--dry-run", "judge and audit, write no deny-file", "DRY_RUN"));
}
