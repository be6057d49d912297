// The resident judge with its sockets: one for calls, one for people, and http if asked for.

import { dirname, join } from "node:path";
import type { NewTicket } from "../approvals.js";
import { Approvals } from "../approvals.js";
import type { LayeredPolicy } from "../layered-policy.js";
import { MAX_REQUEST_BYTES } from "../protocol.js";
import { approvalSocket } from "../sockets.js";
import { refusalOf, replyTo } from "./approval-requests.js";
import type { GuardAudit } from "./guard-audit.js";
import type { JudgeState } from "./guard-metrics.js";
import { replyToHost } from "./host-http.js";
import { type HttpListening, serveHttp, tokenIn } from "./http-judge.js";
import { LineServer } from "./line-server.js";
import { type Access, listenAt, type OwnSocket } from "./own-socket.js";
import { ResidentJudge } from "./resident-judge.js";

const MAX_CONNECTIONS = 512;
const MAX_APPROVAL_CONNECTIONS = 16;
const MAX_APPROVAL_BYTES = 8 * 1024;
/** How long requests in progress may take after the judge is to stop. */
const STOP_MS = 6_000;

/** How late the end of a question may be audited, if nothing else happens. */
const EXPIRY_MS = 2_000;

/** How people hear of questions. */
export interface People {
  readonly notify: (ticket: NewTicket) => void;
  /**
   * Whether a person is shown the code that a question needs. Otherwise nobody could answer it, so
   * it is not asked.
   */
  readonly seeCodes: boolean;
}

export interface ResidentServerOptions {
  readonly policy: LayeredPolicy;
  readonly audit: GuardAudit;
  readonly socket: string;
  readonly access: Access;
  /** The port on the loopback address, 0 for a free one; `undefined` for none. */
  readonly httpPort: number | undefined;
  readonly people: People;
  /** Called if a socket is removed or replaced. */
  readonly lost: () => void;
}

/** Where a server listens. */
export interface Listening {
  readonly socket: string;
  readonly approvals: string;
  readonly http?: { readonly url: string; readonly tokenFile: string };
}

export class ResidentServer {
  readonly judge: ResidentJudge;
  readonly #options: ResidentServerOptions;
  readonly #approvals: Approvals;
  readonly #calls: LineServer;
  readonly #people: LineServer;
  readonly #sockets: OwnSocket[] = [];
  readonly #expiry: NodeJS.Timeout;
  #http: HttpListening | undefined;
  readonly #answers = { approved: 0, denied: 0, expired: 0 };

  constructor(options: ResidentServerOptions) {
    const { policy, audit, people } = options;
    const uid = process.getuid?.();
    this.#options = options;
    this.#approvals = new Approvals({
      notify: people.notify,
      expired: (ticket) => {
        this.#answers.expired += 1;
        audit.expired(ticket);
      },
      uid,
      now: Date.now,
    });
    const canReachPerson = (asker: number | undefined): boolean => people.seeCodes || !this.#approvals.needsCode(asker);
    this.judge = new ResidentJudge(policy, { approvals: this.#approvals, audit, canReachPerson });
    this.#calls = new LineServer({
      maxConnections: MAX_CONNECTIONS,
      maxLineBytes: MAX_REQUEST_BYTES,
      answer: (line, signal) => this.judge.answer(line, "socket", signal),
      refusal: (why) => this.judge.refusal(why),
    });
    this.#expiry = setInterval(() => this.#approvals.expire(), EXPIRY_MS).unref();
    const requests = {
      approvals: this.#approvals,
      audit,
      now: Date.now,
      answered: (answer: "approved" | "denied") => {
        this.#answers[answer] += 1;
      },
    };
    this.#people = new LineServer({
      maxConnections: MAX_APPROVAL_CONNECTIONS,
      maxLineBytes: MAX_APPROVAL_BYTES,
      answer: (line) => replyTo(line, requests),
      refusal: refusalOf,
    });
  }

  /** Begins to listen. Rejects with a `SocketError`, and then listens nowhere. */
  async listen(): Promise<Listening> {
    const { socket, access, httpPort, lost } = this.#options;
    const approvals = approvalSocket(socket);
    try {
      this.#sockets.push(await listenAt(this.#calls.server, socket, access, lost));
      this.#sockets.push(await listenAt(this.#people.server, approvals, "own", lost));
      if (httpPort === undefined) return { socket, approvals };
      const tokenFile = join(dirname(approvals), "http-token");
      this.#http = await serveHttp(httpPort, {
        token: tokenIn(tokenFile),
        answer: (body, signal) => this.judge.answer(body, "http", signal),
        answerHost: (host, body, signal) => replyToHost(this.judge, host, body, signal),
        refusal: (why) => this.judge.refusal(why),
      });
      return { socket, approvals, http: { url: this.#http.url, tokenFile } };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The state for metrics. */
  state(reloads: JudgeState["reloads"]): JudgeState {
    return {
      outcomes: this.judge.outcomes,
      refused: this.judge.refused,
      connections: this.#calls.connections,
      droppedConnections: this.#calls.dropped + this.#people.dropped,
      openTickets: this.#approvals.list().length,
      answers: this.#answers,
      auditLost: this.#options.audit.lost,
      policies: this.judge.policy.layers.length,
      reloads,
    };
  }

  /** Takes no more requests, answers those in progress, and closes the policy. */
  async close(): Promise<void> {
    clearInterval(this.#expiry);
    for (const socket of this.#sockets) socket.release();
    this.#http?.close();
    await Promise.all([this.#calls.close(STOP_MS), this.#people.close(STOP_MS)]);
    this.judge.close();
    await this.#options.audit.flush();
  }
}
