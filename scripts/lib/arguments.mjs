// The arguments of a script: `--help` prints how to use it, and what it does not know is refused before
// any work begins.
import process from "node:process";
import { parseArgs } from "node:util";
import { UserError } from "./report.mjs";

/**
 * The options, and the words that are none. `usage` is how to type the command. With `--help` or `-h` it prints
 * `usage` and ends the process. Throws a `UserError` for an unknown option, and unless there are as many words as
 * `words`.
 * @template {import("node:util").ParseArgsConfig["options"]} T
 * @param {string} usage
 * @param {{ options?: T, words?: number }} [expected]
 */
export function readArguments(usage, { options, words = 0 } = {}) {
  const { values, positionals } = parsed(usage, options);
  if (values.help === true) {
    process.stdout.write(`usage: ${usage}\n`);
    process.exit(0);
  }
  if (positionals.length > words) throw wrong(`unknown argument \`${positionals[words]}\``, usage);
  if (positionals.length < words) throw wrong("an argument is missing", usage);
  return { values, positionals };
}

function parsed(usage, options) {
  const help = /** @type {const} */ ({ type: "boolean", short: "h" });
  try {
    return parseArgs({ options: { ...options, help }, allowPositionals: true });
  } catch (error) {
    if (!String(error.code).startsWith("ERR_PARSE_ARGS")) throw error;
    // Node.js explains after the first sentence how a word may begin with a hyphen.
    const message = error.message.split(/\. |\n/, 1)[0].replaceAll("'", "`");
    throw wrong(message[0].toLowerCase() + message.slice(1), usage);
  }
}

function wrong(what, usage) {
  return new UserError(what, `type \`${usage}\``);
}
