// The requests of one side that wait for their answers.

import type { JsonObject } from "../hosts/json-object.js";
import type { Id } from "./frame.js";

/** More requests than any client has open: others are refused. */
const MAX_REQUESTS = 10_000;

export interface OpenRequest {
  readonly id: Id;
  readonly method: string;
  /** Aborted when its sender cancels it. */
  readonly cancelled: AbortController;
  /** Whether the other side has it: only then its answer counts. */
  state: "judged" | "sent";
  /** Takes the answer to a request of the proxy's own, which is not forwarded. */
  readonly settle?: (answer: JsonObject) => void;
}

export class InFlight {
  /** By their ids as JSON: `1` and `"1"` differ. */
  readonly #requests = new Map<string, OpenRequest>();

  /** Opens a request; `undefined` if there is one of that id, or if there are too many. */
  open(id: Id, method: string, settle?: OpenRequest["settle"]): OpenRequest | undefined {
    const key = JSON.stringify(id);
    if (this.#requests.has(key) || this.#requests.size >= MAX_REQUESTS) return undefined;
    const request: OpenRequest = {
      id,
      method,
      cancelled: new AbortController(),
      state: "judged",
      ...(settle && { settle }),
    };
    this.#requests.set(key, request);
    return request;
  }

  /** The method of the request that an answer would be for. */
  methodOf(id: Id): string | undefined {
    const request = this.#requests.get(JSON.stringify(id));
    return request?.state === "sent" && request.settle === undefined ? request.method : undefined;
  }

  /** Closes the request that an answer is for, if there is one and it was sent. */
  answered(id: Id | null): OpenRequest | undefined {
    const request = this.#requests.get(JSON.stringify(id));
    if (request?.state !== "sent") return undefined;
    this.close(request);
    return request;
  }

  cancel(id: unknown): void {
    const request = this.#requests.get(JSON.stringify(id) ?? "");
    if (request === undefined) return;
    request.cancelled.abort(new Error("the request was cancelled"));
    this.close(request);
  }

  close({ id }: OpenRequest): void {
    this.#requests.delete(JSON.stringify(id));
  }

  /** Closes all requests that were sent. */
  drain(): OpenRequest[] {
    const sent = [...this.#requests.values()].filter(({ state }) => state === "sent");
    sent.forEach((request) => {
      this.close(request);
    });
    return sent;
  }
}
