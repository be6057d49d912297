// What is said of a text that is not an event.
import { Sentry } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import { whyNotAnEvent } from "../../src/cli/not-an-event.js";

const CASES: [text: string, why: string][] = [
  [" \n", "it is empty"],
  ["ls -la", "it is not JSON"],
  ["[1]", 'it is JSON, but no object; one looks like `{"event":{"ToolExec":{"pid":1234,"argv":["ls","-la"]}}}`'],
  ['{"evnt":{}}', "it has no `event`"],
  ['{"Dns":{"pid":1,"query":"a"}}', '`Dns` must stand in `event`: `{"event":{"Dns":{"pid":1234,'],
  ['{"event":"Dns"}', "its `event` is no object"],
  ['{"event":{}}', "its `event` must have exactly one key, one of `ToolExec`, "],
  ['{"event":{"Dns":{"pid":1,"query":"a"},"ProcessExit":{}}}', "its `event` must have exactly one key"],
  ['{"event":{"ProcessExit":{"pid":1}}}', "its kind is none that is judged, which are `ToolExec`, "],
  ['{"event":{"toString":{"pid":1}}}', "its kind is none that is judged"],
  ['{"event":{"ToolExec":{"pid":1,"argv":"ls"}}}', "a field of `ToolExec`, of `identity` or `provider` is missing"],
  ['{"identity":{"agent":5},"event":{"Dns":{"pid":1,"query":"a"}}}', "a field of `Dns`, of `identity` or `provider`"],
];

describe("whyNotAnEvent", () => {
  it.each(CASES)("tells of %j", async (text, why) => {
    const sentry = await Sentry.create("");
    expect(sentry.classify(text)).toBeNull();
    expect(whyNotAnEvent(text)).toContain(why);
    sentry.close();
  });

  it("shows examples that are events", async () => {
    const sentry = await Sentry.create("");
    for (const kind of ["ToolExec", "SslContent", "SecurityAction", "Egress", "Dns", "FileAccess", "FileDelete"]) {
      const example = /looks like `(.*)`$/.exec(whyNotAnEvent(`{"event":{"${kind}":{}}}`))?.[1] ?? "";
      expect(sentry.facts(example)?.kind).toBe(kind);
    }
    sentry.close();
  });
});
