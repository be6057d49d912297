// An L2 endpoint on loopback with answers from the test.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Verdict {
  readonly verdict: "allow" | "block" | "escalate";
  readonly severity: string;
  readonly reason: string;
}

export const BLOCK: Verdict = { verdict: "block", severity: "high", reason: "harmful" };
export const ALLOW: Verdict = { verdict: "allow", severity: "low", reason: "harmless" };
export const UNSURE: Verdict = { verdict: "escalate", severity: "medium", reason: "unsure" };

export interface Question {
  readonly text: string;
  readonly key: string | undefined;
  answer(verdict: Verdict): void;
  /** For an answer of any other kind. */
  readonly response: ServerResponse;
}

export class Endpoint {
  readonly url: string;
  readonly questions: Question[] = [];
  /** The number of open questions, and its maximum so far. */
  open = 0;
  most = 0;

  private constructor(url: string) {
    this.url = url;
  }

  /** Passes each question to `asked`, which may answer at any time. */
  static async start(asked: (question: Question) => void): Promise<Endpoint> {
    const server = createServer((request, response) => void endpoint.#take(request, response, asked));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const endpoint = new Endpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    return endpoint;
  }

  /** The variables that make it the L2 of a run. */
  get env(): Record<string, string> {
    return { A3S_SENTRY_LLM_URL: this.url, A3S_SENTRY_LLM_MODEL: "test" };
  }

  async #take(request: IncomingMessage, response: ServerResponse, asked: (question: Question) => void): Promise<void> {
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part;
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    response.on("close", () => (this.open -= 1));
    const question = {
      text,
      key: request.headers.authorization,
      response,
      answer: (verdict: Verdict) => {
        const message = { role: "assistant", content: JSON.stringify(verdict) };
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] }));
      },
    };
    this.questions.push(question);
    asked(question);
  }
}
