// The command line: what commands, arguments and flags there are. Help and completions come from here.

import { Argument, Command, Option } from "commander";
import type { VariableName } from "../daemon/config/environment-variables.js";
import type { RunFlags } from "../daemon/config/run-settings.js";
import { SEVERITIES } from "../daemon/config/setting-values.js";
import { version } from "../util/version.js";
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
    .option("-d, --decisions <file>", "write each line's verdict and rule to this file")
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
  const value = (flags: string, description: string, variable: VariableName): Option =>
    new Option(flags, `${description} (A3S_SENTRY_${variable})`);
  // Any other text means high, so it is no list that commander may hold a value to.
  const speculate = value("--speculate <severity>", "ask L2 and L3 at once from this severity on", "SPECULATE");
  speculate.argChoices = [...SEVERITIES];
  return root
    .command("run")
    .summary("judge events from stdin")
    .description(
      "Judges events from stdin, one JSON object a line. Writes blocked targets to the deny-files, and an audit line to " +
        "stdout for whatever is not plainly allowed. Each flag wins over its variable, and that over the configuration.",
    )
    .addOption(value("-c, --config <file>", "file with the whole configuration", "CONFIG"))
    .addOption(value("-p, --policy <file>", "file with rules", "POLICY"))
    .addOption(value("--llm-url <url>", "L2: base address of an OpenAI-compatible endpoint", "LLM_URL"))
    .addOption(value("--llm-model <name>", "L2: its model", "LLM_MODEL"))
    .addOption(
      value("--llm-key <key>", "L2: its key; others on this machine can see a flag, not the variable", "LLM_KEY"),
    )
    .addOption(value("--llm-timeout <seconds>", "L2: time for an answer, default 30", "LLM_TIMEOUT"))
    .addOption(value("--agent-bin <file>", "L3: program that investigates", "AGENT_BIN"))
    .addOption(value("--skills <folder>", "L3: its playbooks", "SKILLS"))
    .addOption(value("--agent-timeout <seconds>", "L3: time for an answer, default 120", "AGENT_TIMEOUT"))
    .addOption(speculate)
    .addOption(value("--workers <number>", "escalations that L2 and L3 judge at a time, default 4", "WORKERS"))
    .addOption(value("--queue <number>", "escalations that may wait for them, default 256", "QUEUE"))
    .addOption(value("--egress-deny <file>", "deny-file for addresses and hosts", "EGRESS_DENY"))
    .addOption(value("--file-deny <file>", "deny-file for files", "FILE_DENY"))
    .addOption(value("--exec-deny <file>", "deny-file for programs", "EXEC_DENY"))
    .addOption(value("--fail-closed", "block escalations that nothing settles", "FAIL_CLOSED"))
    .addOption(value("--dry-run", "judge and audit, write no deny-file", "DRY_RUN"))
    .addOption(value("--metrics-addr <ip:port>", "serve /metrics and /healthz", "METRICS_ADDR"));
}
