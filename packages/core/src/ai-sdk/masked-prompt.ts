// A prompt without its secrets, and what restores them in the answer.

import { randomTicket, sha256 } from "../guard/sha256.js";
import { MaskedText } from "../redact/masked-text.js";
import { placeholderOf } from "../redact/placeholder.js";
import { type RestoreOptions, Restorer, type SecretSource } from "../redact/restorer.js";
import { formed } from "../redact/secret-form.js";
import { allPlaces, type SecretPlace } from "./known-secrets.js";

/** The number of a secret of a kind: the same one in each call. */
export type NumberOf = (kind: string, secret: string) => Promise<number>;

const NO_NUMBERS: ReadonlyMap<string, string> = new Map();
/** Numbers have at most eight digits. */
const NUMBERS = 99_999_999;

/**
 * Numbers secrets by a hash with a key of its own. So a secret has the same placeholder in each turn
 * of a conversation, and in a placeholder of an earlier turn it is known again, without a memory of
 * the secrets of other conversations. Rejects where the runtime has no Web Crypto.
 */
export function numbering(): NumberOf {
  const key = randomTicket();
  return async (kind, secret) => {
    const hash = await sha256(`${key} ${kind} ${secret}`);
    return 1 + (Number.parseInt(hash.slice(0, 8), 16) % NUMBERS);
  };
}

/** Restores the secrets of one prompt. It holds them: do not log it. */
export class PromptSecrets implements SecretSource {
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #own: MaskedText;

  constructor(secrets: ReadonlyMap<string, string>, own: MaskedText) {
    this.#secrets = secrets;
    this.#own = own;
  }

  get size(): number {
    return this.#secrets.size;
  }

  /** The body was JSON, so secrets have its escapes. */
  originalOf(placeholder: string, form: NonNullable<RestoreOptions["form"]>): string | undefined {
    const secret = this.#secrets.get(placeholder);
    return secret === undefined || form === "masked" ? secret : formed(secret, form, true);
  }

  hadTarget(whole: string): boolean {
    return this.#own.hadTarget(whole);
  }

  hadLookalike(written: string): boolean {
    return this.#own.hadLookalike(written);
  }

  numbers(): ReadonlyMap<string, string> {
    return NO_NUMBERS;
  }

  restorer(options: RestoreOptions): Restorer {
    return new Restorer(this, options);
  }
}

/** Masks the secrets of a body that is JSON, at `places` and wherever else they are. */
export async function masked(
  body: string,
  places: readonly SecretPlace[],
  numberOf: NumberOf,
): Promise<{ readonly body: string; readonly secrets: PromptSecrets }> {
  const secrets = new Map<string, string>();
  const placeholders = new Map<string, string>();
  const own = new MaskedText();
  const isSecret = (placeholder: string): boolean => secrets.has(placeholder);
  const parts: string[] = [];
  let at = 0;
  const addText = (to: number): void => {
    const text = body.slice(at, to);
    parts.push(text);
    // An address with a placeholder of an earlier turn was the model's: it is none of the prompt's.
    own.push(text.replace(/redacted/gi, "-"), isSecret);
  };
  for (const { start, end, kind, isInString } of allPlaces(body, places)) {
    addText(start);
    at = end;
    const secret = body.slice(start, end);
    const key = `${kind} ${secret}`;
    let placeholder = placeholders.get(key);
    if (placeholder === undefined) {
      placeholder = freePlaceholder(kind, await numberOf(kind, secret), secrets);
      placeholders.set(key, placeholder);
      secrets.set(placeholder, secret);
    }
    // In the place of a number, a string keeps the JSON valid.
    parts.push(isInString ? placeholder : `"${placeholder}"`);
    own.push(placeholder, isSecret);
  }
  addText(body.length);
  own.end(isSecret);
  return { body: parts.join(""), secrets: new PromptSecrets(secrets, own) };
}

function freePlaceholder(kind: string, number: number, taken: ReadonlyMap<string, string>): string {
  for (let next = number; ; next++) {
    const placeholder = placeholderOf(kind, next);
    if (!taken.has(placeholder)) return placeholder;
  }
}
