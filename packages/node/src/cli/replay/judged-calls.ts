// The calls that a thread has judged: agents repeat many, and resumed sessions repeat those before.

import type { Decision } from "@a3s-sentry/core";
import type { Recorded } from "./recorded.js";

type RecordedCall = Extract<Recorded, { readonly kind: "call" }>;

/** The most calls that are kept, and the most UTF-16 units of one. */
const MAX_CALLS = 4096;
const MAX_UNITS = 1000;

/** The gravest decision on a call, and the event that it is on; empty for an allow, which is not shown. */
export interface Worst {
  readonly decision: Decision | null;
  readonly line: string;
  /** What a report shows of that event, once it has been made. */
  shown?: { readonly kind: string; readonly subject: string };
}

/** What is known of a call. */
export interface JudgedCall {
  /** The call as an event, until it is searched for secrets. */
  itself?: string | undefined;
  worst?: Worst;
  /** The kinds of the secrets in it. */
  secrets?: readonly string[];
}

/** Finds equal calls. No rule reads the session, so they are equal in all sessions. */
export class JudgedCalls {
  readonly #known = new Map<string, JudgedCall>();

  /** What is known of a call; `isNew` if it is still to be judged. */
  of(recorded: RecordedCall): { readonly call: JudgedCall; readonly isNew: boolean } {
    const key = keyOf(recorded);
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return { call: known, isNew: false };
    const call: JudgedCall = {};
    if (key !== undefined) {
      if (this.#known.size >= MAX_CALLS) this.#known.clear();
      this.#known.set(key, call);
    }
    return { call, isNew: true };
  }
}

/** A text that equal calls share; `undefined` for a call that is not kept. */
function keyOf({ call, line, identity }: RecordedCall): string | undefined {
  try {
    const key = JSON.stringify([call.tool, call.args, call.server, call.cwd, identity, line]);
    return key.length > MAX_UNITS ? undefined : key;
  } catch {
    // Arguments that are too deep.
    return undefined;
  }
}
