// A stream of text.

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
