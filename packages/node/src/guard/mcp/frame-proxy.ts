// The proxy between a client and a server of MCP, by frames. It forwards what was judged, made anew.

import { messageOf, PLACEHOLDER_LETTERS } from "@a3s-sentry/core/host";
import { field, isObject } from "../hosts/json-object.js";
import { callOf, type Direction, denial, isReadByModel, requestsIn, textsIn } from "./calls.js";
import { type Content, type FrameContent, lineIn, readContent, wholeOf } from "./content.js";
import { Elicitation } from "./elicitation.js";
import type { ReportAnswer } from "./form.js";
import { FormResults, type Returned } from "./form-results.js";
import {
  CODES,
  errorAnswer,
  type Frame,
  FrameError,
  type FrameLine,
  type Id,
  lineOf,
  MAX_FRAME_BYTES,
  type Origin,
  originOf,
} from "./frame.js";
import { type Approval, type AskPerson, FrameJudge, type JudgeOptions } from "./frame-judge.js";
import { InFlight } from "./in-flight.js";
import type { LargeStrings } from "./large-strings.js";
import type { Line } from "./lines.js";
import type { Change, Pins } from "./pins.js";

export interface ProxyOptions extends Omit<JudgeOptions, "onNotMasked"> {
  /** The server's name, as in the names of its tools. */
  readonly server: string;
  /** How long a person may take to answer, in seconds. */
  readonly askTimeoutS: number;
  /** What the server said first. */
  readonly pins: Pins;
  /** Called after the server has said something of itself or its tools. */
  readonly onListed?: () => void;
  readonly onChange: (change: Change) => void;
  /** Called for a frame that is not forwarded, with the reason. */
  readonly onRefused: (from: "client" | "server", why: string) => void;
  /** Called when a person has answered, or has not in time. */
  readonly onAnswer?: ReportAnswer;
}

/** What becomes of a line: the lines for the other side, and those for its sender. */
export interface Passage {
  readonly onward: readonly FrameLine[];
  readonly back: readonly string[];
  /** The id of a request that is passed on, and waits for its answer from then on. */
  readonly waiting?: Id;
  /** The id of the request that is answered by this. */
  readonly answered?: Id;
  /** Why the line is refused. */
  readonly refused?: string;
}

/** Sends a line to the sender of a frame, before it is known what becomes of the frame. */
export type SendBack = (line: string) => Promise<void>;

const LINES = { "too-long": `larger than ${MAX_FRAME_BYTES} bytes`, unfinished: "not finished" } as const;

/** What a frame of which nothing was kept probably is: servers answer at length. */
const UNKNOWN = { "to-server": { id: null, kind: "request" }, "to-client": { id: null, kind: "answer" } } as const;

type Request = Extract<FrameContent, { kind: "request" }>;
type Notification = Extract<Frame, { kind: "notification" }>;
type Answer = Extract<FrameContent, { kind: "answer" }>;

/** The proxy of one session. */
export class FrameProxy {
  readonly #options: ProxyOptions;
  readonly #judge: FrameJudge;
  readonly #elicitation: Elicitation;
  readonly #forms: FormResults;
  /** The requests to each side. */
  readonly #inFlight: Readonly<Record<Direction, InFlight>> = {
    "to-server": new InFlight(),
    "to-client": new InFlight(),
  };

  /** `forms` are shared by sessions that may be those of one client. */
  constructor(options: ProxyOptions, forms = new FormResults(options.askTimeoutS, options.onAnswer)) {
    this.#options = options;
    this.#forms = forms;
    const onNotMasked = (why: string): void => options.onRefused("server", `the search for secrets failed: ${why}`);
    this.#judge = new FrameJudge({ ...options, onNotMasked });
    this.#elicitation = new Elicitation(this.#inFlight["to-client"], options.askTimeoutS, options.onAnswer);
  }

  /**
   * Takes a line of the client (`to-server`) or of the server (`to-client`). A person can be asked
   * only with `sendBack`. Never rejects.
   */
  async take(direction: Direction, line: Line, sendBack?: SendBack): Promise<Passage> {
    let origin: Origin = UNKNOWN[direction];
    try {
      if (typeof line === "string") throw new FrameError(`the frame is ${LINES[line]}`, CODES.request, origin);
      const frame = readContent(line, (...read) => this.#isOpaque(direction, ...read));
      origin = originOf(frame.message);
      return await this.#taken(direction, frame, sendBack);
    } catch (error) {
      if (error instanceof FrameError) return this.#refused(direction, error, line === "too-long");
      return this.#failed(direction, messageOf(error), origin);
    }
  }

  /** Gives up a request that was passed on: its answer does not count any more. */
  abandon(id: Id): void {
    this.#inFlight["to-server"].cancel(id);
  }

  /** Whether the large strings of a frame are judged, searched and passed on, and nothing else is done with them. */
  #isOpaque(direction: Direction, frame: Frame, strings: LargeStrings): boolean {
    if (direction === "to-server") {
      const isCall = frame.kind === "request" && frame.method === "tools/call";
      const params = isCall ? field(frame.message, "params") : undefined;
      // Answers to questions are compared and kept.
      if (!isObject(params) || ["requestState", "inputResponses"].some((key) => Object.hasOwn(params, key)))
        return false;
      const texts = textsIn(params);
      return !PLACEHOLDER_LETTERS.some((letters) => strings.include(letters) || texts.includes(letters));
    }
    const method = frame.kind === "answer" ? this.#inFlight["to-server"].methodOf(frame.id) : undefined;
    const result = field(frame.message, "result");
    const hasRequests = isObject(result) && Object.hasOwn(result, "inputRequests");
    return method !== undefined && isReadByModel(method) && !hasRequests;
  }

  async #taken(direction: Direction, frame: FrameContent, sendBack: SendBack | undefined): Promise<Passage> {
    switch (frame.kind) {
      case "request":
        return await this.#request(direction, frame, sendBack);
      case "notification":
        return await this.#notification(direction, frame);
      case "answer":
        return await this.#answer(direction, frame);
    }
  }

  async #request(direction: Direction, frame: Request, sendBack: SendBack | undefined): Promise<Passage> {
    const { id, method, strings } = frame;
    const isCall = direction === "to-server";
    if (isCall) this.#elicitation.learn(method, frame.message);
    const { message, approval }: Returned = isCall ? this.#forms.returned(frame.message) : frame;
    const call = callOf(direction, { id, method, message }, this.#options.server);
    const request = this.#inFlight[direction].open(id, method);
    if (request === undefined)
      throw new FrameError("there is an open request of that id, or too many", CODES.request, { id, kind: "request" });
    const { signal } = request.cancelled;
    const content = { message, strings };
    const ask = isCall ? this.#askBy(content, approval, sendBack, signal) : undefined;
    const verdict =
      call === undefined ? { line: lineIn(content) } : await this.#judge.call(call, content, { signal, ask });
    if (signal.aborted) return NOTHING;
    if ("denied" in verdict) {
      this.#inFlight[direction].close(request);
      return { onward: [], back: [lineOf(denial(method, id, verdict.denied))] };
    }
    if ("result" in verdict) {
      this.#inFlight[direction].close(request);
      return { onward: [], back: [lineOf({ jsonrpc: "2.0", id, result: verdict.result })] };
    }
    request.state = "sent";
    return { onward: [verdict.line], back: [], waiting: id };
  }

  /** How to ask about a call: not again if it comes with an answer. */
  #askBy(
    content: Content,
    approval: Approval | undefined,
    sendBack: SendBack | undefined,
    signal: AbortSignal,
  ): AskPerson | undefined {
    if (approval !== undefined) return async () => approval;
    return this.#elicitation.askBy(sendBack, signal) ?? this.#forms.askBy(content.message, () => wholeOf(content));
  }

  async #notification(direction: Direction, { method, message }: Notification): Promise<Passage> {
    const params = field(message, "params");
    if (method === "notifications/cancelled" && isObject(params)) {
      this.#inFlight[direction].cancel(field(params, "requestId"));
    }
    // A server may do what a request without an id says, too.
    const call = callOf(direction, { method, message, id: null }, this.#options.server);
    const verdict = call === undefined ? { line: lineOf(message) } : await this.#judge.call(call, { message }, {});
    if ("line" in verdict) return { onward: [verdict.line], back: [] };
    return this.#dropped(direction, "the notification was denied");
  }

  async #answer(direction: Direction, { id, message, strings }: Answer): Promise<Passage> {
    const request = this.#inFlight[opposite(direction)].answered(id);
    // Some clients take the answer to "1" for that to 1, so one that nobody waits for must not pass.
    if (request === undefined) return this.#dropped(direction, "no request waits for the answer");
    if (request.settle !== undefined) {
      request.settle(message);
      return NOTHING;
    }
    if (direction === "to-server") return { onward: [lineOf(message)], back: [] };
    const changes = this.#options.pins.changes(request.method, field(message, "result"));
    for (const change of changes) this.#options.onChange(change);
    this.#options.onListed?.();
    const denied = await this.#deniedRequest(field(message, "result"), id);
    if (denied !== undefined) return { onward: [lineOf(denial(request.method, id, denied))], back: [], answered: id };
    const isRead = isReadByModel(request.method);
    const line = isRead ? await this.#judge.answer(request, { message, strings }) : lineOf(message);
    return { onward: [line], back: [], answered: id };
  }

  /** Why a request to the client in a result is denied; `undefined` if none is. */
  async #deniedRequest(result: unknown, id: Id): Promise<string | undefined> {
    try {
      for (const { method, message } of requestsIn(result, id)) {
        const call = callOf("to-client", { method, message, id }, this.#options.server);
        const verdict = call === undefined ? undefined : await this.#judge.call(call, { message }, {});
        if (verdict !== undefined && "denied" in verdict) return verdict.denied;
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#options.onRefused("server", error.message);
      return `the answer was blocked: ${error.message}`;
    }
  }

  /** Reports a frame that is not forwarded, to the sender of a request or to the one who waits for an answer. */
  #refused(direction: Direction, { message, code, origin }: FrameError, keptNothing: boolean): Passage {
    this.#options.onRefused(sender(direction), message);
    if (origin.kind === "request") {
      // A server may print lines that are no frames. It need not hear of them.
      const isNoise = direction === "to-client" && origin.id === null;
      return { onward: [], back: isNoise ? [] : [errorLine(origin.id, code, message)], refused: message };
    }
    const requests = this.#inFlight[opposite(direction)];
    const answered = requests.answered(origin.id);
    // Which request a frame is for of which nothing was kept, nobody can say.
    const waiting = keptNothing ? requests.drain() : answered === undefined ? [] : [answered];
    const onward = waiting.flatMap(({ id, settle }) => {
      settle?.(errorAnswer(id, CODES.internal, message));
      return settle === undefined ? [errorLine(id, CODES.internal, message)] : [];
    });
    return { onward, back: [], ...(answered && { answered: answered.id }), refused: message };
  }

  #dropped(direction: Direction, why: string): Passage {
    this.#options.onRefused(sender(direction), why);
    return { ...NOTHING, refused: why };
  }

  /** The frame is not forwarded. Its request may be closed already. */
  #failed(direction: Direction, why: string, { id, kind }: Origin): Passage {
    this.#options.onRefused(sender(direction), `the guard failed: ${why.split("\n", 1)[0]}`);
    const refused = "the guard failed";
    if (id === null) return { ...NOTHING, refused };
    const lines = [errorLine(id, CODES.internal, refused)];
    return kind === "request" ? { onward: [], back: lines, refused } : { onward: lines, back: [], refused };
  }
}

const NOTHING: Passage = { onward: [], back: [] };

function errorLine(id: Id | null, code: number, message: string): string {
  return lineOf(errorAnswer(id, code, message));
}

function opposite(direction: Direction): Direction {
  return direction === "to-server" ? "to-client" : "to-server";
}

function sender(direction: Direction): "client" | "server" {
  return direction === "to-server" ? "client" : "server";
}
