// Parses the values of settings.

import type { Severity, StreamLines } from "@a3s-sentry/core";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { type Address, parseAddress } from "./address.js";
import { SettingsError } from "./settings-error.js";
import { AUDIT_LOST, type AuditLost, DECISIONS, SEVERITIES } from "./words.js";

/** The text of a setting, and the flag or variable that it comes from. */
export interface Setting {
  readonly text: string;
  readonly source: string;
}

const MAX_TIMEOUT_S = 86_400;

/**
 * The severity that a flag or a variable names. Another text is an error in a flag. In a variable
 * it is `high`, with a warning.
 */
export function parseSeverity(
  flag: Setting | undefined,
  variable: Setting | undefined,
  warn: (message: string) => void,
): Severity | undefined {
  const setting = flag ?? variable;
  if (setting === undefined) return undefined;
  const severity = SEVERITIES.find((word) => word === setting.text.trim().toLowerCase());
  if (severity !== undefined) return severity;
  const expected = `one of ${SEVERITIES.map((word) => `\`${word}\``).join(", ")}`;
  if (setting === flag) throw invalid(setting, expected);
  warn(`\`${setting.source}\` should be ${expected}, not \`${escapeTerminal(setting.text)}\`: taken as \`high\``);
  return "high";
}

/** Which lines of the input get a line of the output; `notable` if the setting is not given. */
export function parseDecisions(setting: Setting | undefined): StreamLines {
  return setting === undefined ? "notable" : oneOf(setting, DECISIONS);
}

/** What a run does without a reader; `stop` if the setting is not given. */
export function parseAuditLost(setting: Setting | undefined): AuditLost {
  return setting === undefined ? "stop" : oneOf(setting, AUDIT_LOST);
}

function oneOf<Word extends string>(setting: Setting, words: readonly Word[]): Word {
  const found = words.find((word) => word === setting.text.trim().toLowerCase());
  if (found === undefined) throw invalid(setting, words.map((word) => `\`${word}\``).join(" or "));
  return found;
}

const OFF: ReadonlySet<string> = new Set(["0", "false", "no", "off"]);

/** Whether a variable turns a switch on: any text does, except words for off, with a warning. */
export function parseSwitch(variable: Setting | undefined, warn: (message: string) => void): boolean | undefined {
  if (variable === undefined) return undefined;
  const { text, source } = variable;
  if (!OFF.has(text.trim().toLowerCase())) return true;
  warn(`\`${source}\` is off, as it is \`${escapeTerminal(text)}\`; unset it to use what the policy says`);
  return false;
}

/** A whole number within limits; `fallback` if the setting is not given. */
export function parseInteger(
  setting: Setting | undefined,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  if (setting === undefined) return fallback;
  const value = /^\d{1,9}$/.test(setting.text) ? Number(setting.text) : -1;
  if (value < min || value > max) throw invalid(setting, `a whole number from ${min} to ${max}`);
  return value;
}

export function parseSeconds(setting: Setting | undefined): number | undefined {
  if (setting === undefined) return undefined;
  const value = /^\d{1,9}(?:\.\d{1,9})?$/.test(setting.text) ? Number(setting.text) : 0;
  if (value <= 0 || value > MAX_TIMEOUT_S)
    throw invalid(setting, `a number of seconds, above 0 and at most ${MAX_TIMEOUT_S}`);
  return value;
}

/** An HTTP URL. The message for an invalid one does not show it: it may contain a password. */
export function parseUrl(setting: Setting | undefined): string | undefined {
  if (setting === undefined) return undefined;
  if (!/^https?:\/\/[^/?#@]+(?:[/?#]|$)/.test(setting.text)) {
    throw new SettingsError(
      `\`${setting.source}\` must begin with \`http://\` or \`https://\` and a host, without a user or password`,
    );
  }
  return setting.text;
}

export function parseListenAddress(setting: Setting | undefined): Address | undefined {
  if (setting === undefined) return undefined;
  const address = parseAddress(setting.text);
  if (address === undefined) {
    const [, port] = /^(?:localhost)?:(\d{1,5})$/i.exec(setting.text) ?? [];
    throw invalid(
      setting,
      port === undefined
        ? "an IP address and a port, such as `127.0.0.1:9090` or `[::1]:9090`"
        : `an IP address and a port: \`127.0.0.1:${port}\` for this machine, \`0.0.0.0:${port}\` for all`,
    );
  }
  return address;
}

function invalid({ text, source }: Setting, expected: string): SettingsError {
  return new SettingsError(`\`${source}\` must be ${expected}, not \`${text}\``);
}
