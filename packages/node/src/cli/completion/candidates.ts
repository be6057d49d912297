// What may come next on a command line, from the same description that its help is made of.

import type { Argument, Command, Option } from "commander";
import { FILES } from "./scripts.js";

interface Candidate {
  readonly text: string;
  readonly description: string;
}

/** The lines for a shell: candidates that begin as the last of `words` does, or the sign that files are wanted. */
export function candidates(root: Command, shell: string, words: readonly string[]): string {
  const joined = joinEquals(words);
  const current = joined.at(-1) ?? "";
  const found = next(root, joined.slice(0, -1), current);
  if (found === "files") return `${FILES}\n`;
  // bash takes `--flag=` for a word of its own, and completes what is behind it.
  const value = current.startsWith("-") ? current.slice(current.indexOf("=") + 1) : current;
  const begun = current.includes("=") && shell === "bash" ? value : current;
  return found
    .filter(({ text }) => text.startsWith(begun))
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
    else if (command === root && sub !== undefined) command = sub;
    else place += 1;
  }
  if (waiting !== undefined) return valuesOf(waiting);
  if (current.startsWith("-")) {
    const [flag = ""] = current.split("=");
    return current.includes("=") ? valuesOf(optionOf(command, flag)) : flags(command);
  }
  if (command === root) return place > 0 ? [] : root.createHelp().visibleCommands(root).map(described);
  const argument = argumentAt(command, place);
  return argument === undefined ? [] : argument.name() === "event" ? [] : values(argument.argChoices);
}

/** The option that takes the word after `word` for its value. */
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

/** What an option takes: its list, files, or what nobody can guess. */
function valuesOf(option: Option | undefined): Candidate[] | "files" {
  if (option !== undefined && option.argChoices === undefined && !/<(?:file|folder)>/.test(option.flags)) return [];
  return values(option?.argChoices);
}

/** Whatever has no list of its own is a file. */
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

/** bash hands over `--flag`, `=`, `value` as three words. */
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
