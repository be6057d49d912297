// Judges the requests of all callers by the policy in force.

import { Buffer } from "node:buffer";
import type { Asked, GuardOutcome } from "@a3s-sentry/core";
import { given, messageOf } from "@a3s-sentry/core/host";
import type { Approvals } from "../approvals.js";
import type { LayeredGuardOptions, LayeredPolicy } from "../layered-policy.js";
import { Leased } from "../leased.js";
import { PROTOCOL, type ResidentAnswer, type ResidentRequest } from "../protocol.js";
import { contentOf } from "./content-of.js";
import type { GuardAudit } from "./guard-audit.js";
import { RequestError, readRequest, subjectOf } from "./request.js";

/** How much of the beginning and of the end of a long call a person is shown, in UTF-16 units. */
const SHOWN = 1024;
/** What `withoutSecrets` looks at. It leaves out the rest. */
const MASKED_BYTES = 4096;
/** What is not shown of where a text was cut, in UTF-16 units: it may be the rest of a secret. */
const CUT = 512;

export interface ResidentJudgeOptions {
  readonly approvals: Approvals;
  readonly audit: GuardAudit;
  /** Whether a person can hear of questions that hosts do not show, asked by this user. */
  readonly canReachPerson: (uid: number | undefined) => boolean;
}

/** Which channel a request came by. By http, callers do not say which user they are. */
export type Channel = "socket" | "http";

export class ResidentJudge {
  readonly #options: ResidentJudgeOptions;
  #policy: LayeredPolicy;
  #leased: Leased<LayeredPolicy>;
  readonly outcomes = { allow: 0, ask: 0, deny: 0 };
  refused = 0;

  constructor(policy: LayeredPolicy, options: ResidentJudgeOptions) {
    this.#policy = policy;
    this.#leased = new Leased(policy);
    this.#options = options;
  }

  /** The policy in force. */
  get policy(): LayeredPolicy {
    return this.#policy;
  }

  /** Puts a policy in force, and owns it. Requests in progress are judged by the one before. */
  usePolicy(policy: LayeredPolicy): void {
    this.#leased.retire();
    this.#policy = policy;
    this.#leased = new Leased(policy);
  }

  /** The answer to a request, as JSON. Never rejects. */
  async answer(line: Uint8Array, channel: Channel, signal: AbortSignal): Promise<string> {
    try {
      const read = readRequest(line);
      const { uid: _, ...unproved } = read;
      const outcome = await this.judge(channel === "http" ? unproved : read, signal);
      return JSON.stringify({ v: PROTOCOL, revision: outcome.revision, outcome } satisfies ResidentAnswer);
    } catch (error) {
      // A caller that gets no outcome judges by itself, or denies.
      return this.refusal(error instanceof RequestError ? messageOf(error) : "an internal error");
    }
  }

  /** The answer to a request that is not judged. */
  refusal(error: string): string {
    this.refused += 1;
    return JSON.stringify({ v: PROTOCOL, error } satisfies ResidentAnswer);
  }

  async judge(request: ResidentRequest, signal: AbortSignal): Promise<GuardOutcome> {
    const outcome = await this.#leased.use((policy) => this.#judgeBy(policy, request, signal));
    this.outcomes[outcome.outcome] += 1;
    return outcome;
  }

  close(): void {
    this.#leased.retire();
  }

  async #judgeBy(policy: LayeredPolicy, request: ResidentRequest, signal: AbortSignal): Promise<GuardOutcome> {
    const guard = policy.guard(this.#guardOptions(request, (text) => policy.withoutSecrets(text)));
    const outcome = await ("check" in request
      ? guard.check(request.check, { signal })
      : "prompt" in request
        ? guard.prompt(request.prompt, { signal })
        : guard.result(request.result, { signal }));
    this.#options.audit.outcome(request, outcome, (text) => policy.withoutSecrets(text));
    return outcome.outcome === "ask" && request.canAsk !== true ? withHint(outcome) : outcome;
  }

  #guardOptions(request: ResidentRequest, withoutSecrets: (text: string) => string): LayeredGuardOptions {
    const { agent, session, cwd, host, canAsk: hostAsks = false, uid } = request;
    const { approvals, canReachPerson } = this.#options;
    const what = (): string => shownTo(request, withoutSecrets);
    return given({
      agent,
      session,
      cwd,
      host,
      canAsk: hostAsks || canReachPerson(uid),
      approvals: approvals.for({ uid, hostAsks, what }),
      contentOf,
    });
  }
}

/** Tells an agent whose host shows no questions that a person is asked elsewhere. */
function withHint(asked: Asked): Asked {
  const hint = "A person is being asked elsewhere. Once it is approved, make exactly the same call again";
  return { ...asked, message: `${asked.message}. ${hint} (ticket ${asked.ticket}).` };
}

/** A call as a person is shown it. The end is shown too, where an agent could hide something. */
function shownTo(request: ResidentRequest, withoutSecrets: (text: string) => string): string {
  const { text } = subjectOf(request);
  const cwd = ("check" in request ? request.check.cwd : undefined) ?? request.cwd;
  const place = cwd === undefined ? "" : ` (in ${cwd})`;
  if (text.length <= 2 * SHOWN && Buffer.byteLength(text) <= MASKED_BYTES) return withoutSecrets(text) + place;
  // Masked before they are cut, which would leave parts of secrets that no pattern knows.
  const start = withoutSecrets(text.slice(0, MASKED_BYTES)).slice(0, SHOWN);
  const masked = withoutSecrets(endOf(text));
  const end = masked.slice(Math.max(CUT, masked.length - SHOWN));
  const left = Math.max(0, text.length - start.length - end.length);
  return `${start} [… ${left} more characters …] ${end}${place}`;
}

/** The end of a text, as much as is masked. */
function endOf(text: string): string {
  return Buffer.from(text.slice(-MASKED_BYTES))
    .subarray(-MASKED_BYTES)
    .toString("utf8")
    .replace(/^\ufffd+/, "");
}
