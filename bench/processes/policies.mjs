// Policies with any number of rules, in the form that each kind of process reads.

import { fileURLToPath } from "node:url";
import { Sentry } from "a3s-sentry";
import { NATIVE, OURS, PLAIN } from "../rows.mjs";
import { aclOf } from "../rules/generate.mjs";
import { unmatchedRules } from "../rules/unmatched.mjs";

/** @typedef {import("./timed.mjs").Command} Command */
/** @typedef {{ count: number, acl: string, config: string, commands: Record<string, Command> }} Policy `commands` by way */

const ours = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const plain = fileURLToPath(new URL("../plain/run.mjs", import.meta.url));
export const BUILT_IN = 14;

/**
 * The built-in rules after as many generated ones as make up the count, none of which fits any of the lines.
 * @param {readonly number[]} counts @param {readonly string[]} lines @param {import("./folder.mjs").Folder} folder
 * @param {string | undefined} native the native judge, where there is one
 * @returns {Promise<Policy[]>}
 */
export async function policies(counts, lines, folder, native) {
  const rules = await unmatchedRules(Math.max(...counts) - BUILT_IN, lines);
  return Promise.all(
    counts.map(async (count) => {
      const acl = aclOf(rules.slice(0, count - BUILT_IN));
      const config = folder.write(`${count}.acl`, acl);
      const json = folder.write(`${count}.json`, await asJson(acl));
      /** @type {Record<string, Command>} */
      const commands = {
        [OURS]: [process.execPath, ours, "run", "--config", config],
        ...(native === undefined ? {} : { [NATIVE]: [native, json] }),
        [PLAIN]: [process.execPath, plain, json],
      };
      return { count, acl, config, commands };
    }),
  );
}

/** The rules of a policy that have a pattern, as JSON. @param {string} acl */
async function asJson(acl) {
  const sentry = await Sentry.create(acl);
  const { rules } = sentry.policy;
  sentry.close();
  return JSON.stringify(rules.filter(({ pattern }) => pattern !== null));
}
