// The stream of an answer with the secrets put back: text is given out as soon as no later part can change it.

import type { Restorer } from "../redact/restorer.js";
import { isMembers, type Members } from "./prompt-texts.js";
import type { AnswerParts } from "./restored-answer.js";

/** Reads only when it is read. An error of the stream, or while restoring, ends it with that error. */
export function restoredStream(stream: ReadableStream<unknown>, answer: AnswerParts): ReadableStream<unknown> {
  const reader = stream.getReader();
  const restored = new AnswerStream(answer);
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        let given = 0;
        const give = (part: unknown): void => {
          given++;
          controller.enqueue(part);
        };
        try {
          while (given === 0) {
            const { done, value } = await reader.read();
            if (!done) restored.push(value, give);
            else {
              restored.end(give);
              controller.close();
              return;
            }
          }
        } catch (error) {
          await reader.cancel(error).catch(() => {});
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** The text that a part of a stream adds to or ends, by its type. */
const TEXT_OF: Readonly<Record<string, string>> = {
  "text-delta": "text",
  "text-end": "text",
  "reasoning-delta": "reasoning",
  "reasoning-end": "reasoning",
  "tool-input-delta": "tool-input",
  "tool-input-end": "tool-input",
};

interface OpenText {
  readonly restorer: Restorer;
  readonly text: string;
  readonly delta: string;
  readonly id: unknown;
}

/** Restores the parts of a stream. */
class AnswerStream {
  readonly #parts: AnswerParts;
  /** By type and id: a text and a reasoning may have the same id. */
  readonly #open = new Map<string, OpenText>();

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /** Gives out what is certain with the next part. */
  push(part: unknown, give: (part: unknown) => void): void {
    const open = isMembers(part) ? this.#textOf(part) : undefined;
    if (open !== undefined && isMembers(part) && part.type === open.delta) addTo(open, part, give);
    else {
      if (open !== undefined) this.#finish(open, give);
      this.#take(part, give);
    }
  }

  /** Gives out the rest of texts that nothing has ended. */
  end(give: (part: unknown) => void): void {
    for (const open of this.#open.values()) this.#finish(open, give);
  }

  /** The open text that a part adds to or ends. */
  #textOf({ type, id }: Members): OpenText | undefined {
    if (this.#open.size === 0 || typeof type !== "string") return undefined;
    const text = TEXT_OF[type];
    return text === undefined ? undefined : this.#open.get(`${text} ${String(id)}`);
  }

  #take(part: unknown, give: (part: unknown) => void): void {
    if (!isMembers(part)) give(part);
    else {
      this.#start(part);
      if (part.type === "finish") this.end(give);
      give(this.#parts.whole(part));
    }
  }

  #start(part: Members): void {
    const restorer = this.#parts.restorerOf(part);
    if (restorer === undefined) return;
    const text = String(part.type).replace(/-start$/, "");
    this.#open.set(`${text} ${String(part.id)}`, { restorer, text, delta: `${text}-delta`, id: part.id });
  }

  #finish({ restorer, text, delta, id }: OpenText, give: (part: unknown) => void): void {
    this.#open.delete(`${text} ${String(id)}`);
    const rest = restorer.end();
    if (rest !== "") give({ type: delta, id, delta: rest });
  }
}

function addTo({ restorer }: OpenText, part: Members, give: (part: unknown) => void): void {
  const { delta } = part;
  const text = typeof delta === "string" ? restorer.push(delta) : delta;
  if (text === delta) give(part);
  // What a provider adds to a part, such as a signature, comes with it.
  else if (text !== "" || part.providerMetadata !== undefined) give({ ...part, delta: text });
}
