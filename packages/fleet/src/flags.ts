// Reads the flags that several commands have.

import { CliError } from "a3s-sentry/host";

/** Throws a `CliError`. */
export function integerOf(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (value < min || value > max) {
    throw new CliError(`\`${flag}\` must be a whole number from ${min} to ${max}, not \`${text}\``);
  }
  return value;
}

/** A name that is a part of keys or subjects. Throws a `CliError`. */
export function nameOf(flag: string, text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new CliError(`\`${flag}\` must have 1 to 64 letters, digits, \`_\` and \`-\`, not \`${text}\``);
}
