// Asks a person about a call by the client's own form, as servers of MCP do (`elicitation/create`).

import { randomBytes } from "node:crypto";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { type Answer, approvalIn, formFor, offersForms, type ReportAnswer } from "./form.js";
import { lineOf } from "./frame.js";
import type { Approval, AskPerson } from "./frame-judge.js";
import type { SendBack } from "./frame-proxy.js";
import type { InFlight } from "./in-flight.js";

type Asked = Parameters<AskPerson>[0];

/** The most open questions: further calls are denied. */
const MAX_OPEN = 16;

/** The questions to the client of one session. */
export class Elicitation {
  readonly #requests: InFlight;
  readonly #timeoutMs: number;
  readonly #reported: ReportAnswer;
  #isOffered = false;
  #open = 0;

  /** `requests` are those to the client: the proxy's own are among them until they are answered. */
  constructor(requests: InFlight, timeoutS: number, reported: ReportAnswer = () => {}) {
    this.#requests = requests;
    this.#timeoutMs = timeoutS * 1000;
    this.#reported = reported;
  }

  /** Learns from the client's first request whether it shows forms to a person. */
  learn(method: string, message: JsonObject): void {
    const params = field(message, "params");
    if (method === "initialize") this.#isOffered = isObject(params) && offersForms(field(params, "capabilities"));
  }

  /** How to ask; `undefined` if nobody can be asked. An aborted signal is a denial. */
  askBy(sendBack: SendBack | undefined, signal: AbortSignal): AskPerson | undefined {
    if (!this.#isOffered || sendBack === undefined) return undefined;
    return async (asked) => await this.#ask(asked, sendBack, signal);
  }

  async #ask({ message, ticket }: Asked, sendBack: SendBack, signal: AbortSignal): Promise<Approval> {
    if (this.#open >= MAX_OPEN) return "denied";
    this.#open++;
    let settle = (_: Answer): void => {};
    const answer = new Promise<Answer>((resolve) => {
      settle = resolve;
    });
    // The server must not know the id: it could ask something else by it.
    const id = `a3s-sentry-${randomBytes(16).toString("hex")}`;
    const request = this.#requests.open(id, "elicitation/create", (given) =>
      settle(approvalIn(field(given, "result"))),
    );
    const expire = (): void => settle("expired");
    const timer = setTimeout(expire, this.#timeoutMs);
    signal.addEventListener("abort", expire, { once: true });
    try {
      if (request === undefined) return "denied";
      request.state = "sent";
      const params = formFor(message);
      const sent = sendBack(lineOf({ jsonrpc: "2.0", id, method: "elicitation/create", params }));
      const approval = await Promise.race([answer, sent.then(() => answer)]);
      this.#reported(ticket, message, approval);
      if (approval !== "expired") return approval;
      const cancelled = { requestId: id, reason: "nobody answered in time" };
      void sendBack(lineOf({ jsonrpc: "2.0", method: "notifications/cancelled", params: cancelled })).catch(() => {});
      return "denied";
    } finally {
      this.#open--;
      clearTimeout(timer);
      signal.removeEventListener("abort", expire);
      if (request !== undefined) this.#requests.close(request);
    }
  }
}
