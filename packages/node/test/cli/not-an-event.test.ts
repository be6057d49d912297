// The explanations of texts that are not events.
import { Sentry } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { whyNotAnEvent } from "../../src/cli/not-an-event.js";

const CASES: [text: string, why: string][] = [
  [" \n", "it is empty"],
  ["ls -la", "it is not a JSON object: it must begin with `{`; an event looks like `"],
  ['{"event":', "it is not valid JSON"],
  ["[1]", "it is not a JSON object: write one event per line"],
  ['{"evnt":{}}', "it has no `event`: is it misspelt?"],
  [
    '{"Dns":{"pid":1,"query":"a"}}',
    '`Dns` must be nested under `event`: `{"event":{"Dns":{…}}}`; an event looks like ',
  ],
  ['{"event":"Dns"}', "`event` must be an object"],
  ['{"event":{}}', "`event` must have exactly one member"],
  ['{"event":{"Dns":{"pid":1,"query":"a"},"ProcessExit":{}}}', "`event` must have exactly one member"],
  ['{"event":{"ProcessExit":{"pid":1}}}', "this kind of event is not judged: the kinds are `ToolExec`, "],
  ['{"event":{"toString":{"pid":1}}}', "this kind of event is not judged"],
  ['{"event":{"tool_exec":{"pid":1}}}', "did you mean `ToolExec`?"],
  ['{"event":{"FileAcess":{"pid":1}}}', "did you mean `FileAccess`?"],
  [
    '{"event":{"ToolExec":{"pid":1,"argv":"ls"}}}',
    "`ToolExec.argv` must be a list of one string or more, not a string",
  ],
  ['{"identity":{"agent":5},"event":{"Dns":{"pid":1,"query":"a"}}}', "`identity.agent` must be a string or `null`"],
];

async function open(): Promise<Sentry> {
  const sentry = await Sentry.create("");
  onTestFinished(() => sentry.close());
  return sentry;
}

describe("whyNotAnEvent", () => {
  it.each(CASES)("explains %j", async (text, why) => {
    const sentry = await open();
    expect(sentry.classify(text)).toBeNull();
    expect(whyNotAnEvent(sentry, text)).toContain(why);
  });

  it("shows an example of the kind in question, which is an event", async () => {
    const sentry = await open();
    for (const kind of ["ToolExec", "SslContent", "SecurityAction", "Egress", "Dns", "FileAccess", "FileDelete"]) {
      const example = /looks like `(.*)`$/.exec(whyNotAnEvent(sentry, `{"event":{"${kind}":{}}}`))?.[1] ?? "";
      expect(sentry.facts(example)?.kind).toBe(kind);
    }
  });

  it("says nothing of an event", async () => {
    const sentry = await open();
    expect(sentry.whyNotAnEvent('{"event":{"Dns":{"pid":1,"query":"a"}}}')).toBeNull();
  });
});
