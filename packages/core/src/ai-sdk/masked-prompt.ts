// A prompt without its secrets, and what restores them in the answer.

import { Finds, type NamedPlace } from "../engine/finds.js";
import { randomTicket, sha256 } from "../guard/sha256.js";
import { quotedFinds } from "../redact/json-numbers.js";
import { MaskedText } from "../redact/masked-text.js";
import { placeholderOf } from "../redact/placeholder.js";
import { nameBefore } from "../redact/restored-number.js";
import { type RestoreOptions, Restorer, type SecretSource } from "../redact/restorer.js";
import { formed } from "../redact/secret-form.js";

/** The number of a secret of a kind: the same one in each call. */
export type NumberOf = (kind: string, secret: string) => Promise<number>;

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
  readonly #numbers: ReadonlyMap<string, string>;

  constructor(secrets: ReadonlyMap<string, string>, own: MaskedText, numbers: ReadonlyMap<string, string>) {
    this.#secrets = secrets;
    this.#own = own;
    this.#numbers = numbers;
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
    return this.#numbers;
  }

  restorer(options: RestoreOptions): Restorer {
    return new Restorer(this, options);
  }
}

/** Masks the secrets of a body that is JSON, at `places`. */
export async function masked(
  body: string,
  places: readonly NamedPlace[],
  numberOf: NumberOf,
): Promise<{ readonly body: string; readonly secrets: PromptSecrets }> {
  const secrets = new Map<string, string>();
  const placeholders = new Map<string, string>();
  const numbers = new Map<string, string>();
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
  const { finds, quotes } = quotedFinds(body, new Finds(new Uint32Array(), []).with(places));
  for (let find = 0; find < finds.count; find++) {
    addText(finds.start(find));
    at = finds.end(find);
    const kind = finds.kind(find);
    const secret = body.slice(finds.start(find), at);
    const key = `${kind} ${secret}`;
    let placeholder = placeholders.get(key);
    if (placeholder === undefined) {
      placeholder = freePlaceholder(kind, await numberOf(kind, secret), secrets);
      placeholders.set(key, placeholder);
      secrets.set(placeholder, secret);
    }
    const quote = quotes.get(find) ?? "";
    if (quote !== "") numbers.set(placeholder, nameBefore(parts.slice(-4).join("")));
    parts.push(quote + placeholder + quote);
    own.push(placeholder, isSecret);
  }
  addText(body.length);
  own.end(isSecret);
  return { body: parts.join(""), secrets: new PromptSecrets(secrets, own, numbers) };
}

function freePlaceholder(kind: string, number: number, taken: ReadonlyMap<string, string>): string {
  for (let next = number; ; next++) {
    const placeholder = placeholderOf(kind, next);
    if (!taken.has(placeholder)) return placeholder;
  }
}
