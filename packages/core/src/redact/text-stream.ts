// Streams of text.

/** A stream of strings: one string for each chunk, none if it is empty. */
export function textStream(transform: (chunk: string) => string, flush: () => string): TransformStream<string, string> {
  const enqueue = (text: string, controller: TransformStreamDefaultController<string>): void => {
    if (text !== "") controller.enqueue(text);
  };
  return new TransformStream<string, string>({
    transform(chunk, controller) {
      if (typeof chunk !== "string") throw new TypeError("the stream takes strings: decode bytes first");
      enqueue(transform(chunk), controller);
    },
    flush: (controller) => enqueue(flush(), controller),
  });
}

/** A text that is pushed in parts, and can be piped through: `stream.pipeThrough(text)`. */
export abstract class PushedText {
  #stream: TransformStream<string, string> | undefined;

  /** Takes the next part; returns the text that is certain. */
  abstract push(part: string): string;

  /** Returns the rest. */
  abstract end(): string;

  get readable(): ReadableStream<string> {
    return this.#pair().readable;
  }

  get writable(): WritableStream<string> {
    return this.#pair().writable;
  }

  #pair(): TransformStream<string, string> {
    this.#stream ??= textStream(
      (part) => this.push(part),
      () => this.end(),
    );
    return this.#stream;
  }
}
