// The worker that compiles policies and judges what the page shows, so that typing never waits.

// First, since the core looks for it when it is evaluated.
import "./immediate.js";
import type { Diagnostic } from "@a3s-sentry/core";
import { Comparing } from "../replay/compare.js";
import { Replay } from "../replay/replay.js";
import { eventOfCommand, eventOfForm } from "./events.js";
import { exceptionFor } from "./exception.js";
import { lint, loadCore, PolicyError, type Sentry } from "./load-core.js";
import { openPolicy, optionsFor } from "./open-policy.js";
import { problemsOfTests, runTestsOf, testOf } from "./policy-tests.js";
import type {
  Cancel,
  EventRow,
  EventSource,
  Events,
  Gated,
  Gives,
  Judged,
  PolicyText,
  Reply,
  Report,
  Request,
  RequestName,
  Shown,
  Takes,
} from "./protocol.js";
import { CANCELLED } from "./protocol.js";

/** More pasted lines than that are for the replay panel. */
const MAX_ROWS = 500;
const MAX_SUBJECT = 160;

interface Current {
  readonly policy: PolicyText;
  readonly problems: readonly Diagnostic[];
  readonly isValid: boolean;
}

let current: Current | undefined;
let sentry: Sentry | undefined;
let lastReplay: Replay | undefined;

/** The requests that were cancelled and have not ended. */
const cancelled = new Set<number>();

/** How often a long request says how far it is. */
const REPORT_MS = 100;

/** Compiles a policy that has changed. */
async function use(policy: PolicyText): Promise<Current> {
  if (current !== undefined && isSame(current.policy, policy)) return current;
  try {
    const opened = await openPolicy(policy);
    sentry?.close();
    sentry = opened;
    current = { policy, problems: [], isValid: true };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    current = { policy, problems: error.diagnostics, isValid: false };
  }
  return current;
}

function isSame(a: PolicyText, b: PolicyText): boolean {
  return a.text === b.text && a.format === b.format && JSON.stringify(a.includes) === JSON.stringify(b.includes);
}

/** What an answer may need of its request: `report` says how far it is, and throws once it is cancelled. */
type Reporting = (soFar: Report["soFar"]) => void;

const answers: {
  readonly [Name in RequestName]: (takes: Takes<Name>, report: Reporting) => Promise<Gives<Name>>;
} = {
  replay: async ({ policy, source }, report) => {
    const judge = await openPolicy(policy);
    const replay = new Replay(judge, source);
    try {
      while (await replay.step()) report(replay.totals);
      lastReplay = replay;
      return replay.totals;
    } finally {
      judge.close();
    }
  },
  compare: async ({ before, after, source }, report) => {
    const [was, is] = [await openPolicy(before), await openPolicy(after)];
    try {
      const comparing = new Comparing(was, is, source);
      while (await comparing.step()) report(comparing.comparison);
      return comparing.comparison;
    } finally {
      was.close();
      is.close();
    }
  },
  select: async ({ selection }) => lastReplay?.select(selection) ?? [],
  judge: async ({ policy, source }): Promise<Judged> => {
    const { problems, isValid } = await use(policy);
    return {
      problems,
      by: isValid ? "current" : sentry === undefined ? "none" : "earlier",
      siteRules: sentry?.policy.rules.filter(({ origin }) => origin === "site").length ?? 0,
      notes: sentry?.warnings ?? [],
      events: sentry === undefined ? { is: "nothing" } : eventsOf(sentry, source),
    };
  },
  lint: async ({ policy }) => {
    const problems = await lint(policy.text, optionsFor(policy));
    return [...problems, ...(await problemsOfTests(policy))];
  },
  tests: async ({ policy }) => {
    const { isValid } = await use(policy);
    return isValid && sentry !== undefined ? await runTestsOf(sentry, policy) : null;
  },
  exception: async ({ policy, event }) =>
    await exceptionFor(policy.text, event, (text) => openPolicy({ ...policy, text })),
  test: async ({ policy, event }) => {
    await use(policy);
    if (sentry === undefined) throw new Error("the policy has errors");
    return await testOf(sentry, event);
  },
  gate: async ({ policy, text, direction, answer }): Promise<Gated | null> => {
    await use(policy);
    if (sentry === undefined) return null;
    const inspection = await sentry.inspectWire(text, direction);
    const { masked } = inspection.apply(text);
    const restored = inspection.restore(answer === "" ? masked : answer);
    return { decision: inspection.decision, masked, restored, finds: inspection.redactions };
  },
  format: async ({ text }) => {
    // A wasm module of its own, loaded with the first call.
    const tools = await import("@a3s-sentry/core/tools");
    return await tools.format(text);
  },
  mask: async ({ texts }) => {
    // The policy of the page may turn kinds of secrets off.
    const masking = await openPolicy({ text: "", format: "acl" });
    try {
      return await Promise.all(
        texts.map(async (text) => (await masking.inspectWire(text, "request")).apply(text).masked),
      );
    } finally {
      masking.close();
    }
  },
};

function eventsOf(judge: Sentry, source: EventSource): Events {
  if (source.mode === "json") return eventsOfLines(judge, source.text, source.selected);
  try {
    if (source.mode === "command") {
      if (source.text.trim() === "") return { is: "nothing" };
      return { is: "events", rows: [], more: 0, shown: shownOf(judge, eventOfCommand(source.text)) };
    }
    if (Object.values(source.fields).every((field) => field === "" || field === "false")) return { is: "nothing" };
    return { is: "events", rows: [], more: 0, shown: shownOf(judge, eventOfForm(source)) };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return { is: "invalid", why: error.message };
  }
}

/** A text is one event over several lines, or one event a line. */
function eventsOfLines(judge: Sentry, text: string, selected: number): Events {
  if (text.trim() === "") return { is: "nothing" };
  const lines = isEvent(judge, text) ? [text] : text.split("\n").filter((line) => line.trim() !== "");
  const rows = lines.slice(0, MAX_ROWS).map((line) => rowOf(judge, line));
  const first = rows.findIndex(({ is }) => is === "event");
  const at = rows[selected]?.is === "event" ? selected : first;
  const [only] = rows;
  if (rows.length === 1 && only?.is === "skipped") return { is: "invalid", why: only.why };
  const line = lines[at];
  return {
    is: "events",
    rows: rows.length === 1 ? [] : rows,
    more: Math.max(0, lines.length - MAX_ROWS),
    shown: line === undefined ? null : shownOf(judge, line),
  };
}

function isEvent(judge: Sentry, text: string): boolean {
  return judge.whyNotAnEvent(text) === null;
}

function rowOf(judge: Sentry, line: string): EventRow {
  const decision = judge.classify(line);
  const facts = decision && judge.facts(line);
  if (!decision || !facts) {
    return { is: "skipped", why: judge.whyNotAnEvent(line) ?? "", text: line.slice(0, MAX_SUBJECT) };
  }
  return { is: "event", verdict: decision.verdict, kind: facts.kind, subject: facts.subject.slice(0, MAX_SUBJECT) };
}

function shownOf(judge: Sentry, json: string): Shown | null {
  const explanation = judge.explain(json);
  const facts = explanation && judge.facts(json);
  if (!explanation || !facts) return null;
  const final = judge.failMode(explanation.sae ?? explanation.decision);
  return { explanation, final, facts, failClosed: judge.policy.failClosed, json };
}

function reporting(id: number): Reporting {
  let last = 0;
  return (soFar) => {
    if (cancelled.delete(id)) throw new Error(CANCELLED);
    const now = performance.now();
    if (now - last < REPORT_MS) return;
    last = now;
    postMessage({ id, soFar } satisfies Report);
  };
}

async function answer({ id, name, takes }: Request): Promise<Reply> {
  try {
    await loadCore();
    // A request's name determines the type of what it takes.
    const run = answers[name] as (takes: Request["takes"], report: Reporting) => Promise<Gives<RequestName>>;
    return { id, gives: await run(takes, reporting(id)) };
  } catch (error) {
    return { id, failed: error instanceof Error ? error.message : String(error) };
  } finally {
    cancelled.delete(id);
  }
}

// One request after the other, since they share the policy in force. The search for warnings does
// not, and must not delay a judgement.
let last: Promise<unknown> = Promise.resolve();
addEventListener("message", ({ data }: MessageEvent<Request | Cancel>) => {
  if ("cancel" in data) {
    cancelled.add(data.cancel);
    return;
  }
  const reply = async (): Promise<void> => postMessage(await answer(data));
  if (data.name === "lint") void reply();
  else last = last.then(reply);
});
void loadCore();
