// The check of a sentry's options at run time: a typing error in JavaScript must not disable a
// judge.

import { isSeverity } from "../decision/decision.js";
import { isDate } from "../engine/day.js";
import type { Tiers } from "../pipeline/tier.js";
import type { SentryOptions } from "./options.js";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const textOrAbsent: Check = (value) => value === undefined || text(value);
const textOrNull: Check = (value) => value === null || text(value);
const record: Check = (value) => typeof value === "object" && value !== null;
const seconds: Check = (value) => typeof value === "number" && value > 0 && value <= 86_400;
const share: Check = (value) => typeof value === "number" && value >= 0 && value <= 1;

/** The check of each option, and the words for it. */
const OPTIONS: Readonly<Record<keyof SentryOptions, readonly [Check, string]>> = {
  name: [text, "of type string"],
  format: [text, "of type string"],
  date: [(value) => value === null || isDate(value), "a day as `YYYY-MM-DD`, or `null` if it is unknown"],
  env: [(value) => record(value) || value === "unresolved", 'of type object, or `"unresolved"`'],
  include: [(value) => typeof value === "function", "of type function"],
  failClosed: [(value) => typeof value === "boolean", "of type boolean"],
  dryRun: [(value) => typeof value === "boolean", "of type boolean"],
  deny: [record, "of type object"],
  speculate: [(value) => value === null || isSeverity(value), "a severity, or `null` for none"],
  llm: [recordOrNull, "of type object, or `null` for none"],
  agent: [recordOrNull, "of type object, or `null` for none"],
  sae: [recordOrNull, "of type object, or `null` for none"],
  tiers: [(value) => record(value) || typeof value === "function", "of type object or function"],
  readFile: [(value) => typeof value === "function", "of type function"],
  files: [record, "of type object"],
};

/** The fields of the options that replace a section of the policy. All but `keyFile` and `user` are required. */
const SECTIONS: Readonly<Record<"llm" | "agent" | "sae", Readonly<Record<string, readonly [Check, string]>>>> = {
  llm: {
    url: [text, "of type string"],
    model: [text, "of type string"],
    key: [textOrNull, "of type string, or `null` for none"],
    keyFile: [textOrAbsent, "of type string"],
    timeoutS: [seconds, "above 0 and at most 86400"],
  },
  agent: {
    bin: [text, "of type string"],
    skills: [textOrNull, "of type string, or `null` for none"],
    timeoutS: [seconds, "above 0 and at most 86400"],
    user: [textOrAbsent, "of type string"],
  },
  sae: {
    dict: [text, "of type string"],
    escalateAt: [share, "a number from 0 to 1"],
    blockAt: [share, "a number from 0 to 1"],
  },
};

/**
 * Throws a `TypeError` for an option that is unknown, has the wrong type, or has a value that a
 * policy could not have.
 */
export function checkOptions(options: SentryOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(OPTIONS, name) ? OPTIONS[name as keyof SentryOptions] : undefined;
    if (check === undefined) throw new TypeError(`unknown option \`${name}\``);
    if (value !== undefined) requireThat(name, value, check);
  }
  for (const [name, file] of Object.entries(options.deny ?? {})) {
    if (name !== "egress" && name !== "file" && name !== "exec")
      throw new TypeError(`unknown deny-file \`${name}\`: they are \`egress\`, \`file\` and \`exec\``);
    if (file !== undefined) requireThat(`deny.${name}`, file, [textOrNull, "a path, or `null` for none"]);
  }
  for (const [name, fields] of Object.entries(SECTIONS)) {
    const section = options[name as keyof typeof SECTIONS];
    if (section === undefined || section === null) continue;
    const given = new Map<string, unknown>(Object.entries(section));
    for (const [key, check] of Object.entries(fields)) requireThat(`${name}.${key}`, given.get(key), check);
  }
  const { sae } = options;
  if (sae && sae.escalateAt > sae.blockAt)
    throw new TypeError("option `sae.escalateAt` must not be above `sae.blockAt`: nothing would ever escalate");
  if (typeof options.tiers === "object") checkTiers(options.tiers);
}

/** Throws a `TypeError` for an invalid tier. */
export function checkTiers(tiers: Tiers): void {
  if (!record(tiers)) throw new TypeError("option `tiers` must return an object of tiers");
  for (const [name, tier] of Object.entries(tiers)) {
    if (name !== "l2" && name !== "l3" && name !== "sae")
      throw new TypeError(`unknown tier \`${name}\`: the tiers are \`l2\`, \`l3\` and \`sae\``);
    if (tier !== undefined && typeof tier?.judge !== "function")
      throw new TypeError(`tier \`${name}\` has no \`judge\` function`);
  }
}

function recordOrNull(value: unknown): boolean {
  return value === null || record(value);
}

function requireThat(name: string, value: unknown, [check, words]: readonly [Check, string]): void {
  if (!check(value)) throw new TypeError(`option \`${name}\` must be ${words}`);
}
