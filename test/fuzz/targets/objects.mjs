// A hostile object is judged by the JSON that it has, or refused with a `TypeError`: as an event, as
// an argument of a builder, as a chunk and as a policy.

import { types } from "node:util";
import { PolicyError, Sentry, toolExec } from "a3s-sentry";
import { disturbed, hostileEvent, make, THROWN } from "../hostile.mjs";
import { check, checkEqual, checkJudged } from "../property.mjs";

/** @typedef {import("../hostile.mjs").Recipe} Recipe */
/** @typedef {{ event: Recipe, policy: Recipe | null }} Input */

/** What the tier has seen of the event that is judged. @type {string | undefined} */
let seen;
const l2 = {
  tier: /** @type {const} */ ("Llm"),
  judge: async (/** @type {{ line: string }} */ { line }) => {
    seen = line;
    return { verdict: /** @type {const} */ ("allow"), severity: /** @type {const} */ ("low"), reason: "fine" };
  },
};
const sentry = await Sentry.create("", { tiers: { l2 } });

/** The methods that take an event. @type {readonly ((event: any) => unknown)[]} */
const METHODS = [
  (event) => sentry.classify(event),
  (event) => sentry.evaluate(event),
  (event) => sentry.evaluateL1(event),
  (event) => sentry.evaluateThroughL2(event),
  (event) => sentry.evaluateAndEnforce(event),
  (event) => sentry.facts(event),
  (event) => sentry.whyNotAnEvent(event),
  (event) => sentry.explain(event),
];

const POLICY = {
  fail_closed: true,
  rules: [{ name: "r", on: "Dns", match: "x", verdict: "block", severity: "low", reason: "y", overrides: ["a"] }],
  deny: { never: ["/srv/*"] },
  redact: { patterns: [{ name: "p", match: "q" }] },
};
/** One input in so many has a policy, because compiling one takes longer than all else. */
const POLICY_EVERY = 20;

/** @type {import("../fuzzer.mjs").Target} */
export const objects = {
  name: "objects",
  generate: (next) => ({
    event: hostileEvent(next),
    policy: next(POLICY_EVERY) === 0 ? disturbed(next, POLICY, 8) : null,
  }),
  async check(/** @type {Input} */ { event, policy }) {
    for (const method of METHODS) await checkMethod(method, event);
    await checkRefusal(() => toolExec(1, /** @type {any} */ (make(event))), [TypeError, RangeError]);
    await checkRefusal(() => toolExec(1, ["ls"], /** @type {any} */ (make(event))), [TypeError, RangeError]);
    await checkRefusal(() => sentry.classifyLines(/** @type {any} */ (make(event))), [TypeError]);
    await checkRefusal(() => sentry.inspectWire(/** @type {any} */ (make(event)), "request"), [TypeError]);
    await checkRefusal(() => {
      const stream = sentry.createStream();
      try {
        stream.push(/** @type {any} */ (make(event)));
      } finally {
        stream.close();
      }
    }, [TypeError]);
    if (policy !== null) await checkPolicy(policy);
  },
};

/** The event's text; `undefined` if it has none. @param {unknown} event @returns {string | Uint8Array | undefined} */
function textOf(event) {
  if (typeof event === "string" || types.isUint8Array(event)) return event;
  try {
    return JSON.stringify(event) ?? "";
  } catch {
    return undefined;
  }
}

/** @param {(event: any) => unknown} method @param {Recipe} event */
async function checkMethod(method, event) {
  let [reads, once] = [0, 0];
  const text = textOf(make(event, () => void once++));
  const hostile = make(event, () => void reads++);
  seen = undefined;
  const given = await outcome(() => method(hostile));
  const line = seen;
  if (text === undefined) {
    check(given.error instanceof TypeError, `an object without JSON is a TypeError of ${method}`, String(given.error));
    return;
  }
  checkEqual(reads, once, `an object is read once by ${method}`);
  checkEqual(given, await outcome(() => method(text)), `an object is judged by its JSON by ${method}`);
  if (line !== undefined && typeof text === "string")
    checkEqual(line, text.toWellFormed(), "tiers see what was judged");
  const { value } = given;
  if (typeof value === "object" && value !== null && "reason" in value) checkJudged(/** @type {any} */ (value));
}

/** What a call returned or threw. @param {() => unknown} call @returns {Promise<{ value?: unknown, error?: unknown }>} */
async function outcome(call) {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

/** A call may return, or throw one of these, or what the object's own code throws. @param {() => unknown} call @param {readonly Function[]} allowed */
async function checkRefusal(call, allowed) {
  const { error } = await outcome(call);
  const isAllowed = THROWN.includes(error) || allowed.some((type) => error instanceof type);
  check(isAllowed, `throws nothing but ${allowed.map(({ name }) => name)}: ${call}`, describe(error));
}

/** @param {Recipe} policy */
async function checkPolicy(policy) {
  await checkRefusal(async () => {
    const created = await Sentry.create(/** @type {any} */ (make(policy)));
    created.close();
  }, [TypeError, PolicyError]);
}

/** @param {unknown} error */
function describe(error) {
  return error instanceof Error ? (error.stack ?? error.message) : `threw a ${typeof error}`;
}
