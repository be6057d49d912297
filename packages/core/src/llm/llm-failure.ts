// Failures of an endpoint, in messages that contain nothing of what it sent or received.

/** An error whose message is safe to show: it has no text of the endpoint. */
export class LlmFailure extends Error {
  override readonly name: string = "LlmFailure";
}

/** A reply with a status that is not successful. */
export class StatusFailure extends LlmFailure {
  override readonly name = "StatusFailure";
  readonly status: number;

  constructor(status: number) {
    super(status >= 300 && status < 400 ? `it redirects (HTTP ${status})` : `HTTP ${status}`);
    this.status = status;
  }
}

/**
 * The codes by which systems and runtimes identify a failed connection (`ECONNREFUSED`,
 * `ConnectionRefused`).
 */
const CODE = /^[A-Za-z]\w{2,40}$/;

/**
 * Why a call failed, in words that are safe to show. Of other errors than {@link LlmFailure} only
 * the code is used, since a message may repeat a header, an address or the reply.
 *
 * @example
 * await client.complete(request).catch((error) => console.error(failureOf(error))); // "HTTP 503"
 */
export function failureOf(error: unknown): string {
  // By their fields, since `fetch` may reject with an error of another realm.
  let at = error;
  for (let depth = 0; typeof at === "object" && at !== null && depth < 5; depth++) {
    if (at instanceof LlmFailure) return at.message;
    if ("code" in at && typeof at.code === "string" && CODE.test(at.code)) return `the connection failed (${at.code})`;
    at = "cause" in at ? at.cause : undefined;
  }
  return "the connection failed";
}
