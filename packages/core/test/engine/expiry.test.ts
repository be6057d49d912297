// Rules expire by the day that the host gives, and by the clock while a sentry judges.

import { afterEach, describe, expect, it, vi } from "vitest";
import { lint, Sentry } from "../../src/entry/node.js";
import type { PolicyInput } from "../../src/index.js";

const POLICY: PolicyInput = {
  rules: ["allow", "block"].map((verdict) => ({
    name: `${verdict}-it`,
    on: "Egress",
    match: verdict === "allow" ? "^169\\." : "^192\\.",
    verdict: verdict as "allow" | "block",
    severity: "low",
    reason: "until the move is done",
    owner: "net@example.com",
    expires: "2027-03-31",
  })),
};
const METADATA = '{"event":{"Egress":{"pid":1,"peer":"169.254.169.254","port":80}}}';
const OTHER = '{"event":{"Egress":{"pid":1,"peer":"192.0.2.1","port":80}}}';

/** The rules that decide on the event of the allow and on that of the block. */
async function deciders(date?: string | null): Promise<(string | undefined)[]> {
  using sentry = await Sentry.create(POLICY, date === undefined ? {} : { date });
  return [METADATA, OTHER].map((event) => sentry.classify(event)?.rule);
}

afterEach(() => {
  vi.useRealTimers();
});

describe("rules that expire", () => {
  it("are in force on their last day, and not on the next", async () => {
    expect(await deciders("2027-03-31")).toEqual(["allow-it", "block-it"]);
    expect(await deciders("2027-04-01")).toEqual(["cloud-metadata", undefined]);
  });

  it("allow nothing if the day is unknown, while blocks stay", async () => {
    expect(await deciders(null)).toEqual(["cloud-metadata", "block-it"]);
  });

  it("expire at midnight in UTC while a sentry and its streams judge, without a new policy", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2027-03-31T23:59:59.999Z") });
    using sentry = await Sentry.create(POLICY);
    const stream = sentry.createStream({ lines: "all" });
    const rule = (): (string | undefined)[] => [
      sentry.classify(METADATA)?.rule,
      ...stream
        .push(new TextEncoder().encode(`${METADATA}\n`))
        .map((item) => ("decision" in item ? item.decision.rule : item.skipped)),
    ];
    expect(rule()).toEqual(["allow-it", "allow-it"]);
    vi.setSystemTime(Date.parse("2027-04-01T00:00:00Z"));
    expect(rule()).toEqual(["cloud-metadata", "cloud-metadata"]);
    expect(sentry.explain(METADATA)?.rules[0]).toMatchObject({
      outcome: "no-match",
      why: "its last day, `expires`, is over, or the date is unknown",
    });
  });

  it("do not trust a clock that was never set", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    expect(await deciders()).toEqual(["cloud-metadata", "block-it"]);
  });

  it("are shown with their owner and last day", async () => {
    using sentry = await Sentry.create(POLICY);
    expect(sentry.policy.rules[0]).toMatchObject({ owner: "net@example.com", expires: "2027-03-31" });
  });

  it("get a warning once they have expired", async () => {
    const codes = async (date: string): Promise<string[]> =>
      (await lint(POLICY, { date })).map(({ code }) => code).filter((code) => code === "lint/expired-rule");
    expect(await codes("2027-03-31")).toEqual([]);
    expect(await codes("2027-04-01")).toEqual(["lint/expired-rule", "lint/expired-rule"]);
  });

  it("need a day of the calendar", async () => {
    for (const date of ["2027-02-30", "31.3.2027", "2027-3-1", ""]) {
      await expect(Sentry.create(POLICY, { date })).rejects.toThrow("option `date` must be a day as `YYYY-MM-DD`");
      await expect(lint(POLICY, { date })).rejects.toThrow(TypeError);
    }
  });
});
