// The proxy between a client and a server of MCP, by frames. It forwards what was judged, made anew.

import type { Guard, GuardOutcome, ToolCallInput } from "@a3s-sentry/core";
import { messageOf } from "@a3s-sentry/core/host";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { callOf, type Direction, denial, isReadByModel, textsIn } from "./calls.js";
import {
  CODES,
  errorAnswer,
  type Frame,
  FrameError,
  lineOf,
  MAX_FRAME_BYTES,
  type Origin,
  originOf,
  readFrame,
} from "./frame.js";
import { InFlight, type OpenRequest } from "./in-flight.js";
import type { Line } from "./lines.js";
import type { Change, Pins } from "./pins.js";

/** What was judged: a call, or the texts of an answer. */
export type Judged = { readonly check: ToolCallInput } | { readonly prompt: string } | { readonly result: string };

export interface ProxyOptions {
  /** The server's name, as in the names of its tools. */
  readonly server: string;
  readonly guard: Guard;
  /** The text with placeholders for its secrets. */
  readonly masked: (text: string) => Promise<string>;
  /** Writes a line to a side. Resolves when more may be written. */
  readonly send: Readonly<Record<Direction, (line: string) => Promise<void>>>;
  readonly onOutcome: (judged: Judged, outcome: GuardOutcome) => void;
  /** What the server said first. */
  readonly pins: Pins;
  /** Called after the server has said something of itself or its tools. */
  readonly onListed?: () => void;
  readonly onChange: (change: Change) => void;
  /** Called for a frame that is not forwarded, with the reason. */
  readonly onRefused: (from: "client" | "server", why: string) => void;
}

const LINES = { "too-long": `larger than ${MAX_FRAME_BYTES} bytes`, unfinished: "not finished" } as const;

/** What a frame of which nothing was kept probably is: servers answer at length. */
const UNKNOWN = { "to-server": { id: null, kind: "request" }, "to-client": { id: null, kind: "answer" } } as const;

/** The name that all placeholders have. */
const PLACEHOLDER = "A3S_REDACTED:";

type Request = Extract<Frame, { kind: "request" }>;
type Notification = Extract<Frame, { kind: "notification" }>;
type Answer = Extract<Frame, { kind: "answer" }>;

export class FrameProxy {
  readonly #options: ProxyOptions;
  /** The requests to each side. */
  readonly #inFlight: Readonly<Record<Direction, InFlight>> = {
    "to-server": new InFlight(),
    "to-client": new InFlight(),
  };
  #hasMasked = false;

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  /** Takes a line of the client (`to-server`) or of the server (`to-client`). Never rejects. */
  async take(direction: Direction, line: Line): Promise<void> {
    let origin: Origin = UNKNOWN[direction];
    try {
      if (typeof line === "string") throw new FrameError(`the frame is ${LINES[line]}`, CODES.request, origin);
      const frame = readFrame(line);
      origin = originOf(frame.message);
      await this.#forward(direction, frame);
    } catch (error) {
      if (error instanceof FrameError) await this.#refuse(direction, error, line === "too-long");
      else await this.#failed(direction, messageOf(error), origin);
    }
  }

  async #forward(direction: Direction, frame: Frame): Promise<void> {
    switch (frame.kind) {
      case "request":
        return await this.#request(direction, frame);
      case "notification":
        return await this.#notification(direction, frame);
      case "answer":
        return await this.#answer(direction, frame);
    }
  }

  async #request(direction: Direction, frame: Request): Promise<void> {
    const { id, method } = frame;
    const call = callOf(direction, frame, this.#options.server);
    const request = this.#inFlight[direction].open(id, method);
    if (request === undefined)
      throw new FrameError("there is an open request of that id, or too many", CODES.request, { id, kind: "request" });
    const judged = call === undefined ? frame.message : await this.#judgeCall(call, frame, request.cancelled.signal);
    if (request.cancelled.signal.aborted) return;
    if (typeof judged === "string") {
      this.#inFlight[direction].close(request);
      return await this.#send(opposite(direction), denial(method, id, judged));
    }
    request.state = "sent";
    await this.#send(direction, judged);
  }

  async #notification(direction: Direction, { method, message }: Notification): Promise<void> {
    const params = field(message, "params");
    if (method === "notifications/cancelled" && isObject(params)) {
      this.#inFlight[direction].cancel(field(params, "requestId"));
    }
    // A server may do what a request without an id says, too.
    const call = callOf(direction, { method, message, id: null }, this.#options.server);
    const judged = call === undefined ? message : await this.#judgeCall(call, { method, message });
    if (typeof judged === "string") this.#options.onRefused(sender(direction), "the notification was denied");
    else await this.#send(direction, judged);
  }

  async #answer(direction: Direction, { id, message }: Answer): Promise<void> {
    const request = this.#inFlight[opposite(direction)].answered(id);
    // Some clients take the answer to "1" for that to 1, so one that nobody waits for must not pass.
    if (request === undefined) return this.#options.onRefused(sender(direction), "no request waits for the answer");
    if (direction === "to-server") return await this.#send(direction, message);
    const changes = this.#options.pins.changes(request.method, field(message, "result"));
    for (const change of changes) this.#options.onChange(change);
    this.#options.onListed?.();
    await this.#send(direction, isReadByModel(request.method) ? await this.#judgeAnswer(request, message) : message);
  }

  /** The frame to forward, or why it is denied. */
  async #judgeCall(
    call: ToolCallInput,
    { method, message }: Pick<Request, "method" | "message">,
    signal?: AbortSignal,
  ): Promise<JsonObject | string> {
    const { guard } = this.#options;
    const options = signal && { signal };
    const isSampling = method === "sampling/createMessage";
    if (!isSampling && this.#hasMasked && JSON.stringify(call.args).includes(PLACEHOLDER)) return PLACEHOLDER_SENT;
    const outcome = await this.#judged({ check: call }, guard.check(call, options));
    if (outcome.outcome !== "allow") return outcome.message;
    if (!isSampling) return message;
    const prompt = textsIn(call.args);
    const sent = await this.#judged({ prompt }, guard.prompt(prompt, options));
    if (sent.outcome !== "allow") return sent.message;
    return (await this.#withoutSecrets(message, "params")) ?? NOT_MASKED;
  }

  async #judgeAnswer({ method, id }: OpenRequest, message: JsonObject): Promise<JsonObject> {
    const member = Object.hasOwn(message, "result") ? "result" : "error";
    const result = textsIn(field(message, member));
    const outcome = await this.#judged({ result }, this.#options.guard.result(result));
    if (outcome.outcome !== "allow") return denial(method, id, outcome.message);
    return (await this.#withoutSecrets(message, member)) ?? denial(method, id, NOT_MASKED);
  }

  async #judged(judged: Judged, pending: Promise<GuardOutcome>): Promise<GuardOutcome> {
    const outcome = await pending;
    this.#options.onOutcome(judged, outcome);
    return outcome;
  }

  /** The frame with a member masked; `undefined` if that fails. */
  async #withoutSecrets(message: JsonObject, member: string): Promise<JsonObject | undefined> {
    try {
      const json = JSON.stringify(field(message, member));
      const masked = await this.#options.masked(json);
      if (masked === json) return message;
      this.#hasMasked ||= masked.includes(PLACEHOLDER);
      return { ...message, [member]: JSON.parse(masked) };
    } catch (error) {
      this.#options.onRefused("server", `the search for secrets failed: ${messageOf(error).split("\n", 1)[0]}`);
      return undefined;
    }
  }

  /** Reports a frame that is not forwarded, to the sender of a request or to the one who waits for an answer. */
  async #refuse(direction: Direction, { message, code, origin }: FrameError, keptNothing: boolean): Promise<void> {
    this.#options.onRefused(sender(direction), message);
    if (origin.kind === "request") {
      // A server may print lines that are no frames. It need not hear of them.
      if (direction === "to-client" && origin.id === null) return;
      return await this.#send(opposite(direction), errorAnswer(origin.id, code, message));
    }
    const requests = this.#inFlight[opposite(direction)];
    const answered = requests.answered(origin.id);
    // Which request a frame is for of which nothing was kept, nobody can say.
    const waiting = keptNothing ? requests.drain() : answered === undefined ? [] : [answered];
    for (const { id } of waiting) await this.#send(direction, errorAnswer(id, CODES.internal, message));
  }

  /** The frame is not forwarded. Its request may be closed already. */
  async #failed(direction: Direction, why: string, { id, kind }: Origin): Promise<void> {
    this.#options.onRefused(sender(direction), `the guard failed: ${why.split("\n", 1)[0]}`);
    if (id === null) return;
    const to = kind === "request" ? opposite(direction) : direction;
    await this.#send(to, errorAnswer(id, CODES.internal, "the guard failed"));
  }

  async #send(direction: Direction, message: JsonObject): Promise<void> {
    await this.#options.send[direction](lineOf(message));
  }
}

const PLACEHOLDER_SENT =
  "the call was blocked: its arguments have a placeholder, which would be written in place of the secret " +
  "that it stands for. Leave that part to the user.";
const NOT_MASKED = "the answer was blocked: it could not be searched for secrets";

function opposite(direction: Direction): Direction {
  return direction === "to-server" ? "to-client" : "to-server";
}

function sender(direction: Direction): "client" | "server" {
  return direction === "to-server" ? "client" : "server";
}
