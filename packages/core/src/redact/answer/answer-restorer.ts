// Restores the answers of models in the formats of providers, whole or as a stream of events.

import type { RestoreOptions } from "../restorer.js";
import { PushedText } from "../text-stream.js";
import { restoreAnthropic } from "./anthropic.js";
import { ExactJson } from "./exact-json.js";
import { restoreGemini } from "./gemini.js";
import { restoreOpenAi } from "./openai.js";
import { newEvent, type SentEvent, SentEvents, withData } from "./sse.js";
import { isObject, type Json, type KeptPlaceholder, type RestoredSecret, type RestorerSource, Texts } from "./texts.js";

/** Whose format an answer has: that of the API, whichever model answers. */
export type AnswerFormat = "openai" | "anthropic" | "gemini";

const FORMATS: Readonly<Record<AnswerFormat, (data: Json, texts: Texts) => Json[]>> = {
  openai: restoreOpenAi,
  anthropic: restoreAnthropic,
  gemini: restoreGemini,
};

/**
 * Restores an answer, which stays valid: {@link push} and {@link end} take server-sent events in
 * parts of any size, {@link whole} takes an answer that is one JSON object.
 *
 * Placeholders are restored in the texts that the model writes, also where one is cut into several
 * events. They stay in the places that `restorer` knows, in arguments of tools unless
 * `inside: ["argument"]` asks for them, and in what a model thinks. As a pair of `readable` and
 * `writable` it works in `pipeThrough`.
 *
 * @example
 * const restorer = new AnswerRestorer(wire, "openai");
 * const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(restorer);
 */
export class AnswerRestorer extends PushedText {
  readonly #restore: (data: Json, texts: Texts) => Json[];
  readonly #texts: Texts;
  readonly #events = new SentEvents();
  readonly #json = new ExactJson();
  /** Whether the stream has names of events. */
  #isNamed = false;
  /** The events that were added so far: numbers of later ones grow by as many. */
  #added = 0;

  /** `source` is the inspection of the request, or the redactor that masked it. */
  constructor(source: RestorerSource, format: AnswerFormat, options: RestoreOptions = {}) {
    super();
    if (!Object.hasOwn(FORMATS, format)) {
      throw new TypeError('`format` must be "openai", "anthropic" or "gemini"');
    }
    this.#restore = FORMATS[format];
    this.#texts = new Texts(source, options);
  }

  /**
   * The next part of the events, as far as it is certain. Throws a `RangeError` for an event of more
   * than 16 Mi UTF-16 units, and a `TypeError` for what is no string.
   */
  override push(part: string): string {
    if (typeof part !== "string") throw new TypeError("the restorer takes strings: decode bytes first");
    return this.#events
      .push(part)
      .map((event) => this.#restored(event))
      .join("");
  }

  /** The rest of the events. */
  override end(): string {
    const rest = this.#events.end().map((event) => this.#restored(event));
    return [...rest, ...this.#eventsOf(this.#texts.endAll())].join("");
  }

  /**
   * A whole answer as JSON text. A text that is not a JSON object is returned as it is, and so is one
   * in which nothing is restored.
   */
  whole(answer: string): string {
    const data = this.#parsed(answer);
    if (data === undefined) return answer;
    const before = this.#json.write(data);
    this.#texts.isWhole = true;
    this.#restore(data, this.#texts);
    this.#texts.isWhole = false;
    const after = this.#json.write(data);
    return after === before ? answer : after;
  }

  /** The secrets that were put back, in texts that have ended: the first 10,000. */
  get restored(): readonly RestoredSecret[] {
    return this.#texts.restored;
  }

  /** The placeholders that stayed, in texts that have ended: the first 10,000. */
  get kept(): readonly KeptPlaceholder[] {
    return this.#texts.kept;
  }

  #restored(event: SentEvent): string {
    if (event.data === undefined) return event.raw;
    if (/^event(?::|$)/m.test(event.raw)) this.#isNamed = true;
    const data = this.#parsed(event.data);
    // What ends a stream, such as `[DONE]`, is no JSON.
    if (data === undefined) return this.#eventsOf(this.#texts.endAll()) + event.raw;
    const before = this.#json.write(data);
    const number = data.sequence_number;
    const added = this.#eventsOf(this.#restore(data, this.#texts), number);
    if (typeof number === "number") data.sequence_number = number + this.#added;
    const after = this.#json.write(data);
    return added + (after === before ? event.raw : withData(event, after));
  }

  /** Events that are added before one, which has a number or is the end. */
  #eventsOf(all: readonly Json[], number?: unknown): string {
    return all
      .map((data) => {
        if (typeof number === "number") data.sequence_number = number + this.#added++;
        const { type } = data;
        return newEvent(this.#isNamed && typeof type === "string" ? type : undefined, this.#json.write(data));
      })
      .join("");
  }

  #parsed(text: string): Json | undefined {
    try {
      const value = this.#json.read(text);
      return isObject(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }
}
