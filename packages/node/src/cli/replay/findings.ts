// Counts what a replay finds. Memory depends on the number of rules, kinds and sessions, not on the
// size of the transcripts.

import type { Decision, Severity } from "@a3s-sentry/core";
import type { Format } from "./recorded.js";
import type {
  Counts,
  Outcome,
  Place,
  ReplayReport,
  RuleReport,
  Sample,
  SecretReport,
  SessionReport,
  Skipped,
} from "./report.js";

/** The most samples of a rule, and the most finds that are compared to get different ones. */
const MAX_SAMPLES = 20;
const MAX_COMPARED = 1000;
/** The most rules and reasons: tiers and expired lines may make up reasons. */
const MAX_RULES = 2000;
const MAX_ID = 256;
const MAX_SESSIONS = 10_000;
const MAX_LISTED = 1000;
const MAX_UNREADABLE = 100;

const SEVERITIES: readonly Severity[] = ["info", "low", "medium", "high", "critical"];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface RuleFinds extends Mutable<Omit<RuleReport, "samples">> {
  readonly samples: Sample[];
}

/** The counts of one session. */
export interface Session extends Mutable<SessionReport> {
  /** How the events of its calls begin: the envelope up to `"event"`. */
  readonly identity: string;
  rank: number;
}

/** What was found in some files, as data that threads can pass on. */
export interface Found {
  readonly totals: Counts;
  files: number;
  lines: number;
  sessionCount: number;
  readonly rules: Map<string, RuleFinds>;
  readonly secrets: Map<string, Mutable<SecretReport>>;
  readonly sessions: Map<string, Session>;
  readonly skipped: { readonly unknown: Mutable<Skipped>; readonly tooLong: Mutable<Skipped> };
  readonly unreadable: { readonly file: string; readonly why: string }[];
}

export class Findings {
  readonly found: Found = {
    totals: noCounts(),
    files: 0,
    lines: 0,
    sessionCount: 0,
    rules: new Map(),
    secrets: new Map(),
    sessions: new Map(),
    skipped: { unknown: noLines(), tooLong: noLines() },
    unreadable: [],
  };

  /**
   * The session with an id in a file. Beyond 10,000, sessions are counted in the totals alone. `shown`
   * is the id without secrets.
   */
  session(file: string, id: string | undefined, format: Format, shown: (id: string) => string): Session {
    const key = `${file}\0${id ?? ""}`;
    const known = this.found.sessions.get(key);
    if (known !== undefined) return known;
    const name = id?.slice(0, MAX_ID);
    const identity = name === undefined ? "{" : `{"identity":${JSON.stringify({ session: name })},`;
    const session = {
      ...noCounts(),
      file,
      format,
      session: id === undefined ? null : shown(id),
      identity,
      worst: null,
      rank: 0,
    };
    if (this.found.sessions.size < MAX_SESSIONS) this.found.sessions.set(key, session);
    return session;
  }

  /** Counts one more call, prompt, result or event. */
  add(session: Session, what: "calls" | "prompts" | "results" | "events"): void {
    if (isEmpty(session)) this.found.sessionCount += 1;
    session[what] += 1;
    this.found.totals[what] += 1;
  }

  /** Counts something that would have been stopped or asked. `sample` is made only if it is shown. */
  find(session: Session, decision: Decision, place: Place, sample: () => Omit<Sample, keyof Place>): void {
    const outcome: Outcome = decision.verdict === "block" ? "stopped" : "asked";
    session[outcome] += 1;
    this.found.totals[outcome] += 1;
    const rank = rankOf(outcome, decision.severity);
    if (rank > session.rank) Object.assign(session, { rank, worst: place });
    const finds = this.#ruleOf(outcome, decision);
    if (finds === undefined) return;
    finds.count += 1;
    if (finds.samples.length < MAX_SAMPLES && finds.count <= MAX_COMPARED) addSample(finds, { ...place, ...sample() });
  }

  /** Counts a secret that would have been masked. */
  secret(session: Session, kind: string, where: "prompts" | "calls" | "results", place: Place): void {
    session.masked += 1;
    this.found.totals.masked += 1;
    const known = this.found.secrets.get(kind) ?? { kind, prompts: 0, calls: 0, results: 0, first: place };
    known[where] += 1;
    this.found.secrets.set(kind, known);
  }

  skip(why: "unknown" | "tooLong", place: Place): void {
    const skipped = this.found.skipped[why];
    skipped.count += 1;
    skipped.first ??= place;
  }

  unreadable(file: string, why: string): void {
    if (this.found.unreadable.length < MAX_UNREADABLE) this.found.unreadable.push({ file, why });
  }

  /** Adds what was found in files, or parts of files, that come after those so far. */
  merge(next: Found): void {
    const { totals, rules, secrets, sessions, skipped } = this.found;
    for (const key of Object.keys(totals) as (keyof Counts)[]) totals[key] += next.totals[key];
    this.found.files += next.files;
    this.found.lines += next.lines;
    this.found.sessionCount += next.sessionCount;
    for (const [key, finds] of next.rules) {
      const known = rules.get(key);
      if (known === undefined && rules.size < MAX_RULES) rules.set(key, finds);
      if (known === undefined) continue;
      known.count += finds.count;
      for (const sample of finds.samples) if (known.samples.length < MAX_SAMPLES) addSample(known, sample);
    }
    for (const [kind, found] of next.secrets) {
      const known = secrets.get(kind);
      if (known === undefined) secrets.set(kind, found);
      else for (const where of ["prompts", "calls", "results"] as const) known[where] += found[where];
    }
    for (const [key, session] of next.sessions) {
      const known = sessions.get(key);
      if (known !== undefined) {
        if (!isEmpty(known) && !isEmpty(session)) this.found.sessionCount -= 1;
        addSession(known, session);
      } else if (sessions.size < MAX_SESSIONS) sessions.set(key, session);
    }
    for (const why of ["unknown", "tooLong"] as const) {
      skipped[why].count += next.skipped[why].count;
      skipped[why].first ??= next.skipped[why].first;
    }
    for (const { file, why } of next.unreadable) this.unreadable(file, why);
  }

  report(policy: string | undefined): ReplayReport {
    const { files, lines, totals, sessionCount, skipped, unreadable } = this.found;
    const rules = [...this.found.rules.values()].sort(
      (a, b) => rankOf(b.outcome, b.severity) - rankOf(a.outcome, a.severity) || b.count - a.count,
    );
    const secrets = [...this.found.secrets.values()].sort((a, b) => countOf(b) - countOf(a));
    const sessions = [...this.found.sessions.values()]
      .filter((session) => !isEmpty(session))
      .sort((a, b) => b.rank - a.rank || b.stopped - a.stopped || b.asked - a.asked || b.masked - a.masked)
      .slice(0, MAX_LISTED)
      .map(({ rank: _, identity: __, ...session }) => session);
    return {
      policy: policy ?? null,
      files,
      lines,
      totals,
      rules,
      secrets,
      sessions,
      sessionCount,
      skipped,
      unreadable,
    };
  }

  #ruleOf(outcome: Outcome, { rule, severity, reason }: Decision): RuleFinds | undefined {
    const key = `${outcome}\0${severity}\0${rule ?? ""}\0${reason}`;
    const known = this.found.rules.get(key);
    if (known !== undefined || this.found.rules.size >= MAX_RULES) return known;
    const finds: RuleFinds = { outcome, rule: rule ?? null, severity, reason, count: 0, samples: [] };
    this.found.rules.set(key, finds);
    return finds;
  }
}

/** How grave an outcome is: what is stopped comes before what is asked. */
function rankOf(outcome: Outcome, severity: Severity): number {
  return 1 + SEVERITIES.indexOf(severity) + (outcome === "stopped" ? SEVERITIES.length : 0);
}

function addSample(finds: RuleFinds, sample: Sample): void {
  if (!finds.samples.some(({ subject }) => subject === sample.subject)) finds.samples.push(sample);
}

/** Adds what a later part of the same file has of a session. */
function addSession(known: Session, later: Session): void {
  for (const what of Object.keys(noCounts()) as (keyof Counts)[]) known[what] += later[what];
  if (later.rank > known.rank) Object.assign(known, { rank: later.rank, worst: later.worst });
}

/** Whether nothing of the session has been judged. */
function isEmpty({ calls, prompts, results, events }: Counts): boolean {
  return calls + prompts + results + events === 0;
}

function countOf({ prompts, calls, results }: SecretReport): number {
  return prompts + calls + results;
}

function noCounts(): Counts {
  return { calls: 0, prompts: 0, results: 0, events: 0, stopped: 0, asked: 0, masked: 0 };
}

function noLines(): Mutable<Skipped> {
  return { count: 0, first: null };
}
