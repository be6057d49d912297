// The questions to people and their answers, in memory.

import { randomBytes } from "node:crypto";
import { isSameSecret } from "../util/same-secret.js";
import type { LayeredApprovals, LayeredRequest } from "./questions.js";

/** The most open questions, of all sessions and of one. */
const MAX_OPEN = 512;
const MAX_OPEN_OF_SESSION = 16;
/** The most answers that are kept. */
const MAX_ANSWERS = 4096;
/** How long an answer waits for the call to come again. */
const ANSWER_S = 600;
/** The longest time for which a call may be approved. */
export const MAX_APPROVED_S = 24 * 3600;
const MAX_WRONG_CODES = 5;
const TICKET_BYTES = 16;
/** No letters and digits that look alike. 32 of them: each takes five random bits. */
const CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const CODE_LENGTH = 8;

/** Who asks for a call, and how a person hears of it. */
export interface AskedBy {
  /** The user of the caller; `undefined` if it did not say. */
  readonly uid: number | undefined;
  /** Whether the host shows the question. Then nobody else is notified. */
  readonly hostAsks: boolean;
  /** What would happen, for the person, without secrets. Called for new questions alone. */
  readonly what: () => string;
}

/** An open question. */
export interface OpenTicket {
  readonly ticket: string;
  readonly request: LayeredRequest;
  /** What would happen, without secrets. */
  readonly what: string;
  /** When the question ends without an answer, in milliseconds of the clock. */
  readonly expiresMs: number;
  readonly needsCode: boolean;
}

/** A question that has just been opened, with its code. Only a person may see the code. */
export interface NewTicket extends OpenTicket {
  readonly code: string;
}

/** What a person decides: to allow the call once, for a time, or not at all. */
export type Answer =
  | { readonly kind: "once" }
  | { readonly kind: "for"; readonly seconds: number }
  | { readonly kind: "deny" };

interface Kept {
  readonly open: NewTicket;
  readonly key: string;
  wrongCodes: number;
}

interface Answered {
  readonly approved: boolean;
  readonly once: boolean;
  readonly expiresMs: number;
}

export interface ApprovalsOptions {
  /**
   * Shows a question and its code to a person. Called for each question that its host does not show.
   */
  readonly notify: (ticket: NewTicket) => void;
  /** Called when a question ends without an answer: the call stays denied. */
  readonly expired: (ticket: OpenTicket) => void;
  /** The user of this process. */
  readonly uid: number | undefined;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/**
 * Keeps questions and answers. An answer is bound to the exact call, the user that asked, and the
 * policy. A caller of the same user as this process could reach whatever a person's command can, so
 * approving its calls takes a code that only a person is shown.
 */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #open = new Map<string, Kept>();
  /** The tickets of open questions, by what they ask. */
  readonly #tickets = new Map<string, string>();
  readonly #answers = new Map<string, Answered>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** The open questions, the oldest first. */
  list(): OpenTicket[] {
    this.expire();
    return [...this.#open.values()].map(({ open: { code: _, ...ticket } }) => ticket);
  }

  /** Ends the questions whose time is over. Other methods do so first; silence needs somebody to call it. */
  expire(): void {
    const now = this.#options.now();
    for (const kept of this.#open.values()) {
      if (kept.open.expiresMs > now) continue;
      this.#close(kept);
      this.#options.expired(kept.open);
    }
  }

  /** Whether approving a call of this user takes a code. */
  needsCode(uid: number | undefined): boolean {
    return uid === undefined || uid === this.#options.uid;
  }

  /** The store for the calls of one caller. It cannot approve. */
  for(asker: AskedBy): LayeredApprovals {
    const own = (binding: string): string => `${asker.uid ?? ""} ${binding}`;
    return {
      take: (binding) => this.#take(own(binding)),
      open: (request) => this.#openTicket({ ...request, bindings: request.bindings.map(own) }, asker),
    };
  }

  /**
   * Gives a person's answer to an open question, once `record` has recorded it. Rejects with an
   * `Error` for the person if there is no such question, if the answer is not possible, if the code
   * is missing or wrong, or if `record` rejects: then the question is closed, and the call stays
   * denied.
   */
  async answer(
    ticket: string,
    answer: Answer,
    code: string | undefined,
    record: (ticket: OpenTicket) => Promise<void>,
  ): Promise<void> {
    const kept = this.#answerable(ticket, answer, code);
    // Nobody else can answer it meanwhile.
    this.#close(kept);
    await record(kept.open);
    this.#give(kept, answer);
  }

  /** The open question of a ticket. Throws an `Error` for the person if `answer` is not possible. */
  #answerable(ticket: string, answer: Answer, code: string | undefined): Kept {
    this.expire();
    const kept = this.#open.get(ticket);
    if (kept === undefined) throw new Error("there is no such open question: see `a3s-sentry approve list`");
    if (answer.kind === "for" && !kept.open.request.mayRepeat) {
      throw new Error("the call may run what the agent can write, so it can be approved only once: use `--once`");
    }
    if (kept.open.needsCode && answer.kind !== "deny") this.#requireCode(kept, code);
    return kept;
  }

  #give({ open }: Kept, answer: Answer): void {
    const seconds = answer.kind === "for" ? answer.seconds : ANSWER_S;
    const answered = {
      approved: answer.kind !== "deny",
      once: answer.kind === "once",
      expiresMs: this.#options.now() + seconds * 1000,
    };
    for (const binding of open.request.bindings) this.#keep(binding, answered);
  }

  #take(binding: string): "approved" | "denied" | undefined {
    this.expire();
    const answer = this.#answers.get(binding);
    if (answer === undefined || answer.expiresMs <= this.#options.now()) return undefined;
    if (answer.once) this.#answers.delete(binding);
    return answer.approved ? "approved" : "denied";
  }

  /** An equal call does not open a second question. */
  #openTicket(request: LayeredRequest, { uid, hostAsks, what }: AskedBy): string {
    this.expire();
    const key = request.bindings.join(" ");
    const before = this.#tickets.get(key);
    if (before !== undefined) return before;
    this.#requireRoom(request.session);
    const ticket = randomBytes(TICKET_BYTES).toString("hex");
    const open = {
      ticket,
      request,
      what: what(),
      expiresMs: this.#options.now() + request.timeoutS * 1000,
      needsCode: this.needsCode(uid),
      code: randomCode(),
    };
    this.#open.set(ticket, { open, key, wrongCodes: 0 });
    this.#tickets.set(key, ticket);
    if (!hostAsks) this.#options.notify(open);
    return ticket;
  }

  #requireRoom(session: string | undefined): void {
    const all = [...this.#open.values()];
    const own = all.filter(({ open }) => open.request.session === session).length;
    if (all.length >= MAX_OPEN || own >= MAX_OPEN_OF_SESSION) {
      throw new Error("too many questions wait for an answer");
    }
  }

  #requireCode(kept: Kept, code: string | undefined): void {
    if (code === undefined) throw new Error("approving this call takes the code that was shown with the question");
    if (isSameSecret(code.trim().toUpperCase(), kept.open.code)) return;
    kept.wrongCodes += 1;
    if (kept.wrongCodes >= MAX_WRONG_CODES) {
      this.#close(kept);
      this.#give(kept, { kind: "deny" });
      throw new Error("wrong code, too often: the call is denied");
    }
    throw new Error(
      `wrong code: give the one that was shown with the question; after ${MAX_WRONG_CODES} wrong ones the call is denied`,
    );
  }

  #keep(binding: string, answered: Answered): void {
    this.#answers.delete(binding);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size >= MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
    this.#answers.set(binding, answered);
  }

  #close({ open, key }: Kept): void {
    this.#open.delete(open.ticket);
    this.#tickets.delete(key);
  }
}

function randomCode(): string {
  return [...randomBytes(CODE_LENGTH)].map((byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length]).join("");
}
