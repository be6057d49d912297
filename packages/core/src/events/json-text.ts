// JSON text in UTF-8, which is judged as it is written.

const encoder = new TextEncoder();

/**
 * The text of one JSON value in UTF-8, in parts that follow one another. A large value is judged
 * without being read: `sentry.guard()` takes it as the arguments of a call and as a result.
 *
 * It must be valid JSON, and no object in it may have a key twice: another reader would see another
 * value. The parts must not change.
 *
 * @example
 * const args = new JsonText([new TextEncoder().encode('{"text":"hi"}')]);
 * JSON.stringify({ args }); // '{"args":{"text":"hi"}}'
 */
export class JsonText {
  readonly #isJsonText = true;
  readonly parts: readonly Uint8Array[];
  /** In bytes. */
  readonly length: number;

  constructor(parts: readonly (Uint8Array | string)[]) {
    this.parts = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
    this.length = this.parts.reduce((length, part) => length + part.length, 0);
  }

  /** Whether a value is one. Asks nothing of other objects: a proxy may lie, or throw. */
  static is(value: unknown): value is JsonText {
    return typeof value === "object" && value !== null && #isJsonText in value && value.#isJsonText;
  }

  /** The text. */
  toString(): string {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const texts = this.parts.map((part) => decoder.decode(part, { stream: true }));
    return texts.join("") + decoder.decode();
  }

  /** The value. Throws a `SyntaxError` for a text that is no JSON. */
  toJSON(): unknown {
    return JSON.parse(this.toString());
  }
}
