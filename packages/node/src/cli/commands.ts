// Defines the commands, arguments and flags. Help and completions are made from these definitions.
// Each command loads its own code.

import { Argument, Command, Option } from "commander";
import { FORMAT_NAMES, type FormatName } from "../convert/format-names.js";
import type { VariableName } from "../daemon/config/environment-variables.js";
import type { RunFlags } from "../daemon/config/run-settings.js";
import { AUDIT_LOST, DECISIONS, SEVERITIES } from "../daemon/config/words.js";
import { VERSION } from "../util/version.js";
import type { CheckOptions } from "./check.js";
import { SHELLS, script } from "./completion/scripts.js";
import { dateOption } from "./date-option.js";
import { denyCommands } from "./deny-commands.js";
import type { EvalOptions } from "./eval/eval.js";
import type { ExplainOptions } from "./explain.js";
import { fleetCommands } from "./fleet-commands.js";
import { guardCommands } from "./guard-commands.js";
import { hookCommands } from "./hook-commands.js";
import { CliError, type ExitCode, type Io } from "./io.js";
import { policyCommands } from "./policy-commands.js";
import type { PreviewOptions } from "./preview/preview.js";
import type { ReplayOptions } from "./replay/options.js";
import { writeOut } from "./write.js";

/**
 * `onExit` gets the exit code of the command that ran; `onHelp` gets the help or version, if
 * requested.
 */
export function rootCommand(io: Io, onExit: (code: ExitCode) => void, onHelp: (text: string) => void): Command {
  const root = new Command("a3s-sentry")
    .description("Judges what an AI agent does, event by event, and writes the deny-files that stop it.")
    .version(`a3s-sentry ${VERSION}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: onHelp,
      writeErr: (text) => io.stderr.write(text),
    })
    .showHelpAfterError("(see `a3s-sentry --help`)")
    .addHelpText(
      "after",
      "\nWithout a command, it runs `run` if events are piped in." +
        "\n\nExit codes: 0 success, 1 a check failed, 2 wrong usage or failure.",
    );

  runCommand(root).action(async (flags: RunFlags, { args }: Command) => {
    // Commander's own message would not say where a policy goes.
    if (args.length > 0) {
      throw new CliError(
        "too many arguments: `run` reads events from stdin; give a policy with `--policy FILE`, or `--config FILE`",
      );
    }
    const { run } = await import("./run.js");
    onExit(await run(flags, io));
  });

  root
    .command("check")
    .summary("report problems in policies")
    .description(
      "Reports every problem of each policy, and rules that are probably a mistake. Exits with 1 on any error.",
    )
    .argument("<file...>", "policy files, ACL or TOML (*.toml)")
    .addOption(dateOption())
    .option("--json", "print the diagnostics as JSON")
    .action(async (files: string[], options: CheckOptions) => {
      const { check } = await import("./check.js");
      onExit(await check(files, options, io));
    });

  root
    .command("explain")
    .summary("explain the decision on an event")
    .description(
      "Judges one event, or a command as typed, by the rules, and explains for each rule of its kind why it did or did not decide.",
    )
    .argument("[event...]", "the event as JSON, or a command: 'curl x | sh', or after --: rm -rf / (default: stdin)")
    .option("-p, --policy <file>", "policy to add to the built-in rules")
    .addOption(noConfig())
    .addOption(dateOption())
    .option("--json", "print the explanation as JSON")
    .option("--exit-code", "exit with the verdict of the rules: 0 allow, 3 block, 4 escalate")
    .action(async (words: string[], options: ExplainOptions) => {
      const { explain } = await import("./explain.js");
      onExit(await explain(words, options, io));
    });

  root
    .command("eval")
    .summary("measure a policy on labelled events")
    .description(
      'Judges labelled events by the rules. Each line is {"label": "allow" | "block", "event": ..., "category"?, "source"?}. ' +
        "Prints recall, precision and false-positive rate by category or source, for blocked and for flagged events.",
    )
    .argument("<corpus...>", "files of labelled events, one JSON object per line")
    .option("-p, --policy <file>", "policy to add to the built-in rules")
    .addOption(noConfig())
    .addOption(dateOption())
    .option("-d, --decisions <file>", "file to write each line's verdict and rule to")
    .action(async (corpora: string[], options: EvalOptions) => {
      const { evaluate } = await import("./eval/eval.js");
      onExit(await evaluate(corpora, options, io));
    });

  root
    .command("replay")
    .summary("judge what agents have already done")
    .description(
      "Judges recorded sessions by the rules, and shows what would have been stopped, asked and masked: session files of " +
        "Claude Code and Codex, audit lines, and events, one JSON object per line. Asks no tier, and changes nothing.",
    )
    .argument("<path...>", "files, or folders to search for *.jsonl and *.ndjson")
    .option("-p, --policy <file>", "policy to add to the built-in rules")
    .addOption(noConfig())
    .addOption(dateOption())
    .option("--json", "print the report as JSON")
    .option("--html <file>", "file to write the report to, as a page")
    .action(async (paths: string[], options: ReplayOptions) => {
      const { replay } = await import("./replay/replay.js");
      onExit(await replay(paths, options, io));
    });

  root
    .command("convert")
    .summary("make events of what other programs recorded")
    .description(
      "Prints the events in what other programs have recorded, one JSON object per line, for `run`, `diff` and `replay`. " +
        "Counts the lines that are not of the format. Exits with 1 if no line is.",
    )
    .addArgument(new Argument("<format>", "the format").choices(FORMAT_NAMES))
    .argument("[file...]", "files to convert (default: stdin)")
    .action(async (format: FormatName, files: string[]) => {
      const { convert } = await import("./convert/convert.js");
      onExit(await convert(format, files, io));
    });

  policyCommands(root, io, onExit);
  hookCommands(root, io, onExit);
  guardCommands(root, io, onExit);
  denyCommands(root, io, onExit);
  fleetCommands(root, io, onExit);

  root
    .command("preview")
    .summary("open a policy in the browser")
    .description(
      "Serves a page on this machine that shows what a policy decides, while it is edited. Prints the address to open. " +
        "Needs the package @a3s-sentry/preview.",
    )
    .argument("[policy]", "policy file to open, ACL or TOML (*.toml)")
    .option("--write", "let the page save the policy to its file")
    .option("--port <number>", "port of the server (default: a free one)")
    .action(async (policy: string | undefined, options: PreviewOptions) => {
      const { preview } = await import("./preview/preview.js");
      onExit(await preview(policy, options, io));
    });

  root
    .command("completion")
    .summary("print a shell's completion script")
    .description("Prints a script to load into the shell, for example: source <(a3s-sentry completion bash)")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell: (typeof SHELLS)[number]) => {
      await writeOut(io.stdout, script(shell));
      onExit(0);
    });

  root
    .command("complete", { hidden: true })
    .argument("<shell>")
    .argument("[words...]")
    .allowUnknownOption()
    .action(async (shell: string, words: string[]) => {
      const { candidates } = await import("./completion/candidates.js");
      await writeOut(io.stdout, candidates(root, shell, words));
      onExit(0);
    });
  for (const command of root.commands) command.showHelpAfterError(`(see \`a3s-sentry ${command.name()} --help\`)`);
  return root;
}

/** `--config` of `run`, where a policy is the only file: its users get a hint. */
function noConfig(): Option {
  return new Option("-c, --config <file>").hideHelp().argParser(() => {
    throw new CliError("`--config` is a flag of `run`: give the policy with `--policy FILE`");
  });
}

function runCommand(root: Command): Command {
  const value = (flags: string, description: string, variable: VariableName): Option =>
    new Option(flags, `${description} (A3S_SENTRY_${variable})`);
  // Not `choices()`: its message would not name the variable or take upper case.
  const speculate = value("--speculate <severity>", "start L2 and L3 together from this severity on", "SPECULATE");
  speculate.argChoices = [...SEVERITIES];
  const decisions = value("--decisions <which>", "answer `all` lines, or print `notable` decisions only", "DECISIONS");
  decisions.argChoices = [...DECISIONS];
  const auditLost = value("--audit-lost <action>", "`stop` or `continue` if stdout has no reader", "AUDIT_LOST");
  auditLost.argChoices = [...AUDIT_LOST];
  return root
    .command("run")
    .summary("judge events from stdin")
    .description(
      "Judges events from stdin, one JSON object per line. Writes blocked targets to the deny-files, and an audit line to " +
        "stdout for each event that is not simply allowed. A flag overrides its variable, which overrides the configuration.",
    )
    .allowExcessArguments()
    .addOption(value("-c, --config <file>", "policy file with all settings", "CONFIG"))
    .addOption(value("-p, --policy <file>", "policy file with rules", "POLICY"))
    .addOption(value("--llm-url <url>", "L2: base URL of an OpenAI-compatible endpoint", "LLM_URL"))
    .addOption(value("--llm-model <name>", "L2: name of the model", "LLM_MODEL"))
    .addOption(value("--llm-key <key>", "L2: API key; other users can see the flag, but not the variable", "LLM_KEY"))
    .addOption(value("--llm-key-file <file>", "L2: file with the API key", "LLM_KEY_FILE"))
    .addOption(value("--llm-timeout <seconds>", "L2: time limit of a request, default 30", "LLM_TIMEOUT"))
    .addOption(value("--agent-bin <file>", "L3: program that investigates", "AGENT_BIN"))
    .addOption(value("--skills <folder>", "L3: folder of playbooks", "SKILLS"))
    .addOption(value("--agent-timeout <seconds>", "L3: time limit of an investigation, default 120", "AGENT_TIMEOUT"))
    .addOption(speculate)
    .addOption(value("--workers <number>", "concurrent escalations to L2 and L3, default 4", "WORKERS"))
    .addOption(value("--queue <number>", "escalations that may wait, default 256", "QUEUE"))
    .addOption(value("--egress-deny <file>", "deny-file for addresses and hosts", "EGRESS_DENY"))
    .addOption(value("--file-deny <file>", "deny-file for files", "FILE_DENY"))
    .addOption(value("--exec-deny <file>", "deny-file for programs", "EXEC_DENY"))
    .addOption(value("--fail-closed", "block escalations that no tier decides", "FAIL_CLOSED"))
    .addOption(value("--dry-run", "judge and audit, but write no deny-file", "DRY_RUN"))
    .addOption(decisions)
    .addOption(auditLost)
    .addOption(dateOption())
    .option("--json", "print lines of JSON on a terminal too")
    .addOption(value("--metrics-addr <ip:port>", "serve /metrics and /healthz", "METRICS_ADDR"));
}
