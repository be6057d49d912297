// Formatting a policy in the one style.

import type { Diagnostic as WireDiagnostic } from "../generated/wire.js";
import { fromWire } from "../policy/diagnostic.js";
import { PolicyError } from "../policy/policy-error.js";
import { DEFAULT_NAME } from "../policy/source.js";
import { loadTools } from "./module.js";

/** Options of {@link format}. */
export interface FormatOptions {
  /** The policy's name in diagnostics, such as a file name. Default `"policy"`. */
  readonly name?: string;
}

/** What the module returns. */
interface Formatted {
  readonly text: string | null;
  readonly diagnostics: readonly WireDiagnostic[];
}

/**
 * The text of a policy in the one style of `a3s-sentry fmt`: of the same meaning, with the same
 * comments. The names in it need not be known. A formatted text stays as it is.
 *
 * Rejects with a `PolicyError` if the text has a syntax error, or would be larger than 1 MiB.
 *
 * @example
 * await format('rule "a"{on:["Dns"]}'); // 'rule "a" { on = ["Dns"] }\n'
 */
export async function format(source: string, { name = DEFAULT_NAME }: FormatOptions = {}): Promise<string> {
  if (typeof source !== "string") throw new TypeError("`source` must be a string");
  const tools = await loadTools();
  const { text, diagnostics } = JSON.parse(tools.format(name, source)) as Formatted;
  if (text !== null) return text;
  if (diagnostics.length > 0) throw new PolicyError(name, diagnostics.map(fromWire));
  throw new Error(`${name} is left as it is: its formatted text would not have the same meaning`);
}
