// The explanations of texts that are not events.
import { Sentry } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import { whyNotAnEvent } from "../../src/cli/not-an-event.js";

const CASES: [text: string, why: string][] = [
  [" \n", "it is empty"],
  ["ls -la", "it is not valid JSON"],
  ["[1]", 'it is not a JSON object; an event looks like `{"event":{"ToolExec":{"pid":1234,"argv":["ls","-la"]}}}`'],
  ['{"evnt":{}}', "it has no `event`"],
  ['{"Dns":{"pid":1,"query":"a"}}', '`Dns` must be nested under `event`: `{"event":{"Dns":{"pid":1234,'],
  ['{"event":"Dns"}', "its `event` is not an object"],
  ['{"event":{}}', "its `event` must have exactly one key, one of `ToolExec`, "],
  ['{"event":{"Dns":{"pid":1,"query":"a"},"ProcessExit":{}}}', "its `event` must have exactly one key"],
  ['{"event":{"ProcessExit":{"pid":1}}}', "unknown kind of event: the kinds are `ToolExec`, "],
  ['{"event":{"tool_exec":{"pid":1}}}', "; did you mean `ToolExec`?"],
  ['{"event":{"FileAcess":{"pid":1}}}', "; did you mean `FileAccess`?"],
  ['{"event":{"toString":{"pid":1}}}', "unknown kind of event"],
  ['{"event":{"ToolExec":{"pid":1,"argv":"ls"}}}', "a field of `ToolExec`, `identity` or `provider` is missing"],
  ['{"identity":{"agent":5},"event":{"Dns":{"pid":1,"query":"a"}}}', "a field of `Dns`, `identity` or `provider`"],
];

describe("whyNotAnEvent", () => {
  it.each(CASES)("explains %j", async (text, why) => {
    const sentry = await Sentry.create("");
    expect(sentry.classify(text)).toBeNull();
    expect(whyNotAnEvent(text)).toContain(why);
    sentry.close();
  });

  it("suggests nothing for a kind that resembles no other", () => {
    expect(whyNotAnEvent('{"event":{"ProcessExit":{"pid":1}}}')).not.toContain("did you mean");
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
