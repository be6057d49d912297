// One request of a client of MCP over HTTP, and its answer: frames are judged both ways.

import type { IncomingMessage } from "node:http";
import { errorText } from "../../../util/error-text.js";
import { bytesOf, CODES, errorAnswer, type FrameLine, type Id, lineOf, MAX_FRAME_BYTES } from "../frame.js";
import type { FrameProxy, ProxyOptions, SendBack } from "../frame-proxy.js";
import type { Bodies } from "./bodies.js";
import { partsOf, type StreamPart } from "./event-stream.js";
import { headersToClient, headersToServer, isCompressed, mediaType, single } from "./headers.js";
import { contradicts } from "./refusal.js";
import type { Reply } from "./reply.js";
import type { Sessions } from "./sessions.js";
import type { Upstream } from "./upstream.js";

const SESSION = "mcp-session-id";
const STREAM = "text/event-stream";
const JSON_TYPE = "application/json";

export interface ExchangeParts {
  readonly upstream: Upstream;
  readonly sessions: Sessions;
  readonly bodies: Bodies;
  readonly request: IncomingMessage;
  readonly reply: Reply;
  readonly onRefused: ProxyOptions["onRefused"];
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #session: string | undefined;
  readonly #proxy: FrameProxy;
  /** The request of this exchange that has no answer yet. */
  #waiting: Id | undefined;
  /** Whether the client can ask for the rest of a stream that breaks. */
  #canResume = false;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#session = single(parts.request.headers, SESSION);
    this.#proxy = parts.sessions.of(this.#session);
  }

  /** Resolves when the answer is complete, or when the client has gone. */
  async run(): Promise<void> {
    const { method } = this.#parts.request;
    if (method === "POST") return await this.#post();
    const answer = await this.#send(method ?? "", undefined);
    if (method === "DELETE" && this.#session !== undefined && isOk(answer)) this.#parts.sessions.end(this.#session);
    await this.#relay(answer);
  }

  async #post(): Promise<void> {
    const { request, reply, bodies } = this.#parts;
    const body = await bodies.read(request);
    if (body === "too-large") return this.#refuse(413, `the frame is larger than ${MAX_FRAME_BYTES} bytes`);
    if (body === "no-room") return this.#refuse(503, "there is no room for the frame now");
    if (contradicts(request.headers, body)) return this.#refuse(400, "the headers name something else than the frame");
    const passage = await this.#proxy.take("to-server", body, this.#sendBack());
    const [onward] = passage.onward;
    const [back] = passage.back;
    if (onward !== undefined) {
      this.#waiting = passage.waiting;
      await this.#relay(await this.#send("POST", onward));
    } else if (back !== undefined) await reply.frame(back, passage.refused === undefined ? 200 : 400);
    else reply.status(passage.refused === undefined ? 202 : 400, {}, passage.refused);
  }

  /** Questions to a person go into the stream that the answer to the call will end. */
  #sendBack(): SendBack | undefined {
    const { request, reply } = this.#parts;
    if (request.headers.accept?.includes(STREAM) !== true) return undefined;
    return async (line) => await reply.event(line, undefined);
  }

  #refuse(status: number, why: string): void {
    this.#parts.onRefused("client", why);
    this.#parts.reply.status(status, { connection: "close" }, why);
  }

  /** The server's answer; `undefined` if there is none, which the client has been told. */
  async #send(method: string, line: FrameLine | undefined): Promise<IncomingMessage | undefined> {
    const { upstream, request, signal } = this.#parts;
    const body = line === undefined ? undefined : bytesOf(line);
    const headers = headersToServer(request.headers, body);
    try {
      return await upstream.send({ method, headers, signal, ...(body !== undefined && { body }) });
    } catch (error) {
      await this.#fail(`the server cannot be reached: ${errorText(error)}`);
      return undefined;
    }
  }

  async #relay(answer: IncomingMessage | undefined): Promise<void> {
    if (answer === undefined) return;
    const { statusCode: status = 502, headers } = answer;
    const type = mediaType(headers);
    const session = single(headers, SESSION);
    if (session !== undefined && isOk(answer)) this.#parts.sessions.adopt(session, this.#proxy);
    try {
      if (status >= 300 && status < 400) await this.#fail("the server redirects to another address");
      else if (isCompressed(headers)) await this.#fail("the server compresses its answer");
      else if (isOk(answer) && type === STREAM) await this.#stream(answer);
      else if (type === JSON_TYPE) await this.#json(answer, status);
      else if (isOk(answer) && this.#waiting !== undefined) await this.#fail("the server's answer is no frame");
      // Its text is not judged, so the status has to do.
      else this.#parts.reply.status(status, headersToClient(headers));
    } finally {
      answer.destroy();
      if (this.#waiting !== undefined && !this.#canResume) this.#proxy.abandon(this.#waiting);
    }
  }

  async #json(answer: IncomingMessage, status: number): Promise<void> {
    const { reply } = this.#parts;
    const headers = headersToClient(answer.headers);
    const body = await this.#parts.bodies.read(answer);
    if (body === "too-large") return await this.#fail(`the server's answer is larger than ${MAX_FRAME_BYTES} bytes`);
    if (body === "no-room") return await this.#fail("there is no room for the server's answer now");
    const { onward, answered } = await this.#proxy.take("to-client", body);
    const [line] = onward;
    if (line !== undefined && answered === this.#waiting) {
      this.#waiting = undefined;
      await reply.frame(line, status, headers);
    } else if (isOk(answer) && this.#waiting !== undefined) await this.#fail("the server's answer is refused");
    else reply.status(status, headers);
  }

  async #stream(answer: IncomingMessage): Promise<void> {
    const { reply, signal } = this.#parts;
    reply.stream(headersToClient(answer.headers));
    try {
      for await (const part of partsOf(answer)) await this.#pass(part);
      if (this.#waiting !== undefined && !this.#canResume)
        await this.#fail("the server's stream ended without an answer");
    } catch (error) {
      if (signal.aborted) return;
      const why = `the server's stream broke: ${errorText(error)}`;
      if (this.#canResume) this.#parts.onRefused("server", why);
      else await this.#fail(why);
    }
    reply.end();
  }

  async #pass(part: StreamPart): Promise<void> {
    const { reply, onRefused } = this.#parts;
    if (part.kind === "retry") return await reply.retry(part.ms);
    if (part.kind === "comment") return await reply.comment();
    const { id } = part;
    this.#canResume ||= id !== undefined && this.#session !== undefined;
    if (part.kind === "other") onRefused("server", "it sent an event that is no frame");
    if (part.kind === "other" || part.data === "") return await reply.event("", id);
    const { onward, back, answered } = await this.#proxy.take("to-client", Buffer.from(part.data));
    if (answered === this.#waiting) this.#waiting = undefined;
    for (const line of onward) await reply.event(line, id);
    for (const line of back) await this.#answerServer(line);
  }

  /** Tells the server that its request is refused. */
  async #answerServer(line: string): Promise<void> {
    const { upstream, request, onRefused } = this.#parts;
    const body = bytesOf(line);
    const headers = headersToServer(request.headers, body);
    try {
      const answer = await upstream.send({ method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
      answer.resume();
    } catch (error) {
      onRefused("server", `it cannot be told that its request is refused: ${errorText(error)}`);
    }
  }

  /** Tells the client that there is no answer: by an error, if a request waits for one. */
  async #fail(why: string): Promise<void> {
    const { reply, onRefused, signal } = this.#parts;
    if (signal.aborted) return;
    onRefused("server", why);
    if (this.#waiting === undefined) return reply.status(502, {}, why);
    const id = this.#waiting;
    this.#waiting = undefined;
    this.#proxy.abandon(id);
    await reply.frame(lineOf(errorAnswer(id, CODES.internal, why)));
  }
}

function isOk(answer: IncomingMessage | undefined): boolean {
  const status = answer?.statusCode ?? 0;
  return status >= 200 && status < 300;
}
