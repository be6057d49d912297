// Finds the completions of a command line, from the definitions that its help is made of.

import type { Argument, Command, Option } from "commander";
import { FILES } from "./scripts.js";

/** The arguments that are no files. */
const FREE_TEXT: ReadonlySet<string> = new Set(["event", "target"]);

interface Candidate {
  readonly text: string;
  readonly description: string;
}

/**
 * The output for a shell: the candidates that extend the last of `words`, or the marker for file
 * names.
 */
export function candidates(root: Command, shell: string, words: readonly string[]): string {
  const joined = joinEquals(words);
  const current = joined.at(-1) ?? "";
  const found = next(root, joined.slice(0, -1), current);
  if (found === "files") return `${FILES}\n`;
  // bash treats `--flag=` as a separate word, and completes the part after it.
  const value = current.startsWith("-") ? current.slice(current.indexOf("=") + 1) : current;
  const prefix = current.includes("=") && shell === "bash" ? value : current;
  return found
    .filter(({ text }) => text.startsWith(prefix))
    .map((candidate) => `${line(candidate, shell)}\n`)
    .join("");
}

function next(root: Command, before: readonly string[], current: string): Candidate[] | "files" {
  let command = root;
  let place = 0;
  let waiting: Option | undefined;
  for (const word of before) {
    const sub = command.commands.find((candidate) => candidate.name() === word);
    if (waiting !== undefined) waiting = undefined;
    else if (word.startsWith("-") && word !== "-") waiting = valued(command, word);
    else if (place === 0 && sub !== undefined) command = sub;
    else place += 1;
  }
  if (waiting !== undefined) return valuesOf(waiting);
  if (current.startsWith("-")) {
    const [flag = ""] = current.split("=");
    return current.includes("=") ? valuesOf(optionOf(command, flag)) : flags(command);
  }
  const subcommands = place > 0 ? [] : command.createHelp().visibleCommands(command).map(described);
  const argument = argumentAt(command, place);
  if (argument === undefined || FREE_TEXT.has(argument.name())) return subcommands;
  const given = values(argument.argChoices);
  return given === "files" ? given : [...given, ...subcommands];
}

/** The option whose value is the word after `word`. */
function valued(command: Command, word: string): Option | undefined {
  const option = optionOf(command, word);
  return option?.required ? option : undefined;
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => flag === long || flag === short);
}

function argumentAt(command: Command, place: number): Argument | undefined {
  const { registeredArguments: all } = command;
  const last = all.at(-1);
  return all[place] ?? (last?.variadic ? last : undefined);
}

/** The values of an option: its choices, file names, or none for free text. */
function valuesOf(option: Option | undefined): Candidate[] | "files" {
  if (option !== undefined && option.argChoices === undefined && !/<(?:file|folder)>/.test(option.flags)) return [];
  return values(option?.argChoices);
}

/** A value without choices is a file name. */
function values(choices: readonly string[] | undefined): Candidate[] | "files" {
  return choices === undefined ? "files" : choices.map((text) => ({ text, description: "" }));
}

function flags(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({ text: option.long ?? option.flags, description: option.description }));
}

function described(command: Command): Candidate {
  return { text: command.name(), description: command.summary() || command.description() };
}

function line({ text, description }: Candidate, shell: string): string {
  if (description === "" || shell === "bash") return text;
  return shell === "zsh" ? `${text.replaceAll(":", "\\:")}:${description}` : `${text}\t${description}`;
}

/** Joins `--flag`, `=` and `value`, which bash passes as three words. */
function joinEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const last = joined.at(-1);
    if (word === "=" && last?.startsWith("--")) {
      joined[joined.length - 1] = `${last}=${words[i + 1] ?? ""}`;
      i += 1;
    } else {
      joined.push(word);
    }
  }
  return joined;
}
