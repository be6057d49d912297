// The inline gate: what a body holds that must not leave, and the body without it.

import type { Decision } from "../decision/decision.js";
import { Placeholders, type Restores, restored } from "./placeholder.js";
import { type Piece, Scanner, type ScanText } from "./scanner.js";

/** `"request"` goes out to a model or a tool, `"response"` comes back. */
export type WireDirection = "request" | "response";

/** A secret or personal data in a body; `start` and `end` count UTF-16 units. */
export interface Redaction {
  readonly start: number;
  readonly end: number;
  /** A built-in kind, the name of a pattern of the policy, or the id of a gitleaks rule. */
  readonly kind: string;
  /** What stands in its place in the masked body: `{{A3S_REDACTED:<kind>:<n>}}`. */
  readonly placeholder: string;
}

/** A body without its secrets. `restores` holds these: not to be logged. */
export interface Masked {
  readonly masked: string;
  /** The secrets by their placeholders. */
  readonly restores: Restores;
}

/** What {@link Sentry.inspectWire} says of a body. Holds the body: not to be logged. */
export interface WireInspection {
  readonly decision: Decision;
  /** Whether the body must not be forwarded, masked or not. */
  readonly blocked: boolean;
  /** In the order of the body, none overlapping. */
  readonly redactions: readonly Redaction[];
  /**
   * The body with placeholders for its secrets, whatever the verdict. `content` is the body that was inspected: anything else
   * is a `TypeError`, since nothing is known of it. Throws an `Error` where looking for secrets failed; the inspection is blocked
   * then.
   */
  apply(content: string): Masked;
  /**
   * `text`, such as the answer to the masked body, with the secrets in the place of their placeholders.
   * `restore(apply(content).masked)` is `content`, always.
   */
  restore(text: string): string;
}

/** Finds what is to be masked in `content`. Throws where that fails. */
export function redactionsOf(content: string, scan: ScanText): Redaction[] {
  const scanner = new Scanner(scan, { placeholders: false });
  const placeholders = new Placeholders(content);
  const redactions: Redaction[] = [];
  let end = 0;
  const take = ({ text, kind }: Piece): void => {
    const start = end;
    end += text.length;
    if (kind === undefined) return;
    redactions.push(Object.freeze({ start, end, kind, placeholder: placeholders.next(kind) }));
  };
  scanner.end(content).forEach(take);
  return redactions;
}

/** The inspection of a body in which secrets were looked for. */
export function inspection(content: string, decision: Decision, redactions: readonly Redaction[]): WireInspection {
  const secrets = new Map(redactions.map(({ start, end, placeholder }) => [placeholder, content.slice(start, end)]));
  return {
    decision,
    blocked: decision.verdict === "block",
    redactions: Object.freeze(redactions),
    apply(given) {
      if (given !== content) throw new TypeError("`apply` takes the content that was inspected, and no other");
      return { masked: masked(content, redactions), restores: Object.fromEntries(secrets) };
    },
    restore: (text) => restored(text, (placeholder) => secrets.get(placeholder)),
  };
}

/** The inspection of a body of which is not known what it holds. */
export function failedInspection(decision: Decision): WireInspection {
  return {
    decision,
    blocked: true,
    redactions: Object.freeze([]),
    apply() {
      throw new Error("the content was not looked through for secrets, so that it cannot be masked");
    },
    restore: (text) => text,
  };
}

function masked(content: string, redactions: readonly Redaction[]): string {
  let out = "";
  let at = 0;
  for (const { start, end, placeholder } of redactions) {
    out += content.slice(at, start) + placeholder;
    at = end;
  }
  return out + content.slice(at);
}
