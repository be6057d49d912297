// The flag `--date` of commands that judge by a policy.

import { Option } from "commander";
import { CliError } from "./io.js";

/** `--date DAY`: the day that `expires` of rules is compared with, instead of today. */
export function dateOption(): Option {
  return new Option("--date <day>", "judge as on this day, for rules that expire (default: today, in UTC)").argParser(
    (text: string) => {
      // A day that the month does not have is no day, or one of the next month.
      if (/^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text)) return text;
      throw new CliError(`\`--date\` must be a day such as \`2027-03-31\`, not \`${text}\``);
    },
  );
}
