// The result of inspecting a body: the decision, the secrets found, and the body without them.

import type { FinalDecision } from "../decision/decision.js";
import { Finds } from "../engine/finds.js";
import { type Quoted, quotedFinds } from "./json-numbers.js";
import { KnownSecrets } from "./known-secrets.js";
import { Masker } from "./mask.js";
import { MaskedText } from "./masked-text.js";
import { Placeholders, type Restores } from "./placeholder.js";
import { nameBefore } from "./restored-number.js";
import { type Restored, type RestoreOptions, Restorer, restoreAll, type SecretSource } from "./restorer.js";
import { Scanner, type ScanText } from "./scanner.js";
import { formed, isJson } from "./secret-form.js";

/** `"request"` is sent to a model or a tool, `"response"` comes back. */
export type WireDirection = "request" | "response";

/** A secret or personal data in a body. `start` and `end` count UTF-16 units. */
export interface Redaction {
  readonly start: number;
  readonly end: number;
  /** A built-in kind, the name of a pattern of the policy, or the id of a gitleaks rule. */
  readonly kind: string;
  /**
   * The text that replaces it in the masked body: `{{A3S_REDACTED:<kind>:<n>}}`. In the place of a
   * number of JSON, `apply` puts it in quotes.
   */
  readonly placeholder: string;
}

/** A body without its secrets. `restores` holds the secrets: do not log it. */
export interface Masked {
  readonly masked: string;
  /** The secrets by placeholder. */
  readonly restores: Restores;
}

/** The result of {@link Sentry.inspectWire}. It holds the body: do not log it. */
export interface WireInspection {
  readonly decision: FinalDecision;
  /** Whether the body must not be forwarded, masked or not. */
  readonly blocked: boolean;
  /** In the order of the body, not overlapping. Listed when they are first asked for. */
  readonly redactions: readonly Redaction[];
  /**
   * The body with placeholders for its secrets, whatever the verdict. Throws a `TypeError` if
   * `content` is not the inspected body, and an `Error` if the search for secrets failed; the
   * inspection is blocked then.
   */
  apply(content: string): Masked;
  /**
   * `text`, such as the answer to the masked body, with the secrets in place of their placeholders.
   * `restore(apply(content).masked)` always equals `content`. In other texts, placeholders in
   * addresses, links and tags stay, unless the masked body had the same ones.
   */
  restore(text: string): string;
  /** Restores what `options` asks for, and says what was restored and what stayed, and why. */
  restore(text: string, options: RestoreOptions): Restored;
  /** Restores a text that comes in parts, such as a streamed answer. */
  restorer(options?: RestoreOptions): Restorer;
}

/** The secrets in `content`. Throws if the search fails. */
export function findsIn(content: string, scan: ScanText): Finds {
  return Finds.joined(new Scanner(scan, { placeholders: false }).end(content));
}

/** `content` with placeholders for its secrets, none of which it has already. */
export function maskedBy(content: string, found: Finds): string {
  if (found.count === 0) return content;
  const all = KnownSecrets.of(content, found, undefined)?.allIn(content, found) ?? found;
  return maskerOf(content).next(quotedFinds(content, all));
}

/** The inspection of a body that was searched for secrets. */
export function inspection(
  content: string,
  decision: FinalDecision,
  found: Finds,
  earlier?: WireInspection,
): WireInspection {
  const known = KnownSecrets.of(content, found, earlier && knownTo(earlier));
  const quoted = quotedFinds(content, known?.allIn(content, found) ?? found);
  const { finds } = quoted;
  // A body may have very many secrets, and is often only masked.
  let list: readonly Redaction[] | undefined;
  let byPlaceholder: ReadonlyMap<string, string> | undefined;
  const redactions = (): readonly Redaction[] => {
    list ??= Object.freeze(redactionsOf(content, finds));
    return list;
  };
  const secrets = (): ReadonlyMap<string, string> => {
    byPlaceholder ??= new Map(
      redactions().map(({ start, end, placeholder }) => [placeholder, content.slice(start, end)]),
    );
    return byPlaceholder;
  };
  const masked = (): string => maskerOf(content).next(quoted);
  const source = sourceOf(quoted, masked, secrets);
  function restore(text: string): string;
  function restore(text: string, options: RestoreOptions): Restored;
  function restore(text: string, options?: RestoreOptions): string | Restored {
    if (options !== undefined) return restoreAll(text, source, options);
    return text === masked() ? content : restoreAll(text, source, {}).text;
  }
  const wire: WireInspection = {
    decision,
    blocked: decision.verdict === "block",
    get redactions() {
      return redactions();
    },
    apply(given) {
      if (given !== content) throw new TypeError("`apply` takes only the content that was inspected");
      let restores: Restores | undefined;
      return {
        masked: masked(),
        get restores() {
          restores ??= Object.fromEntries(secrets());
          return restores;
        },
      };
    },
    restore,
    restorer: (options = {}) => new Restorer(source, options),
  };
  KNOWN.set(wire, known);
  return wire;
}

/** The secrets that inspections know, as long as there are the inspections. */
const KNOWN = new WeakMap<WireInspection, KnownSecrets | undefined>();

/** Throws a `TypeError` for what is no inspection of this package. */
export function knownTo(wire: WireInspection): KnownSecrets | undefined {
  if (!KNOWN.has(wire)) throw new TypeError("`earlier` must be what `inspectWire` returned");
  return KNOWN.get(wire);
}

function redactionsOf(content: string, finds: Finds): Redaction[] {
  const placeholders = new Placeholders(content);
  return Array.from({ length: finds.count }, (_, find) => {
    const kind = finds.kind(find);
    const [start, end] = [finds.start(find), finds.end(find)];
    return Object.freeze({ start, end, kind, placeholder: placeholders.next(kind) });
  });
}

function maskerOf(content: string, toldNumber?: (placeholder: string, before: string) => void): Masker {
  const placeholders = new Placeholders(content);
  return new Masker((kind) => placeholders.next(kind), toldNumber);
}

/** The names of the numbers of JSON that are secrets, by placeholder. */
function namesIn(quoted: Quoted): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  if (quoted.quotes.size === 0) return names;
  maskerOf(quoted.text, (placeholder, before) => names.set(placeholder, nameBefore(before))).next(quoted);
  return names;
}

function sourceOf(quoted: Quoted, masked: () => string, secrets: () => ReadonlyMap<string, string>): SecretSource {
  const content = quoted.text;
  // Only answers with placeholders need them.
  let own: MaskedText | undefined;
  let names: ReadonlyMap<string, string> | undefined;
  let hasEscapes: boolean | undefined;
  const text = (): MaskedText => {
    own ??= MaskedText.of(masked(), (placeholder) => secrets().has(placeholder));
    return own;
  };
  return {
    originalOf(placeholder, form) {
      const secret = secrets().get(placeholder);
      if (secret === undefined || form === "masked") return secret;
      hasEscapes ??= isJson(content);
      return formed(secret, form, hasEscapes);
    },
    hadTarget: (whole) => text().hadTarget(whole),
    hadLookalike: (written) => text().hadLookalike(written),
    numbers() {
      names ??= namesIn(quoted);
      return names;
    },
  };
}

/** The inspection of a body whose search for secrets failed. */
export function failedInspection(decision: FinalDecision, earlier?: WireInspection): WireInspection {
  function restore(text: string): string;
  function restore(text: string, options: RestoreOptions): Restored;
  function restore(text: string, options?: RestoreOptions): string | Restored {
    return options === undefined ? text : restoreAll(text, NO_SECRETS, options);
  }
  const wire: WireInspection = {
    decision,
    blocked: true,
    redactions: Object.freeze([]),
    apply() {
      throw new Error("the content cannot be masked: the search for secrets failed");
    },
    restore,
    restorer: () => new Restorer(NO_SECRETS, {}),
  };
  KNOWN.set(wire, earlier && knownTo(earlier));
  return wire;
}

const NO_SECRETS: SecretSource = {
  originalOf: () => undefined,
  hadTarget: () => false,
  hadLookalike: () => false,
  numbers: () => new Map(),
};
