// Secrets in the place of a number of JSON: masked JSON stays valid, and the number comes back.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import { core } from "../../src/entry/core.js";
import { AnswerRestorer, Sentry, type WireInspection } from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { CARD as CARD_TEXT, cut, hostileText, random, through } from "../support/secret-texts.js";

const CARD = Number(CARD_TEXT);
const PLACEHOLDER = "{{A3S_REDACTED:payment_card:1}}";
let sentry: Sentry;

beforeAll(async () => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
  sentry = await Sentry.create(
    'redact { on = ["payment_card"]  pattern "part" { match = "77[0-9]77" }  pattern "word" { match = `\\btrue\\b` } }',
  );
});
afterAll(() => sentry.close());

const inspected = (body: string): Promise<WireInspection> => sentry.inspectWire(body, "request");
const masked = async (body: string): Promise<string> => (await inspected(body)).apply(body).masked;

/** Bodies with the number of a card, and the same with a string in its place. */
const BODIES: Readonly<Record<string, (card: unknown) => string>> = {
  object: (card) => JSON.stringify({ card, other: 1 }),
  "pretty object": (card) => JSON.stringify({ a: [1, "x"], card }, null, 2),
  list: (card) => JSON.stringify([1, card, "x", { a: 1 }, card]),
  "list after an object": (card) => JSON.stringify({ rows: [{ name: 'Ada "A" \\' }, card, [card]] }),
  "JSON in JSON": (card) => JSON.stringify({ arguments: JSON.stringify({ note: 'a\n"b"\\', card, list: [card] }) }),
  "three deep": (card) => JSON.stringify([JSON.stringify({ a: JSON.stringify({ card }, null, 1) }), card]),
  lines: (card) => [{ a: 1 }, { card }, [card]].map((line) => JSON.stringify(line)).join("\n"),
  events: (card) =>
    `event: x\ndata: ${JSON.stringify({ card })}\n\ndata: ${JSON.stringify([card])}\n\ndata: [DONE]\n\n`,
};

/** The texts of `body` that are JSON. */
function parsed(body: string): unknown[] {
  try {
    return [JSON.parse(body)];
  } catch {
    const lines = body.split("\n").map((line) => line.replace(/^data: /, ""));
    return lines.filter((line) => /^[{[](?!DONE)/.test(line)).map((line) => JSON.parse(line));
  }
}

describe("the number of a card", () => {
  for (const [name, body] of Object.entries(BODIES)) {
    it(`becomes a string: ${name}`, async () => {
      let number = 0;
      const expected = body(PLACEHOLDER).replaceAll(PLACEHOLDER, () => PLACEHOLDER.replace("1}", `${++number}}`));
      expect(await masked(body(CARD))).toBe(expected);
      expect(parsed(expected).length).toBeGreaterThan(0);
      const wire = await inspected(body(CARD));
      expect(wire.restore(expected)).toBe(body(CARD));
      expect(wire.restore(`${expected} `)).toBe(`${body(CARD)} `);
      expect(wire.redactions.map(({ start, end }) => body(CARD).slice(start, end))).toEqual(
        Array.from({ length: number }, () => CARD_TEXT),
      );
    });

    it(`becomes one in any chunks, and comes back: ${name}`, async () => {
      const next = random(3);
      const text = body(CARD);
      for (let i = 0; i < 40; i++) {
        const redactor = sentry.createRedactor();
        const chunks = (await through(redactor, cut(text, 1 + next(9), next))).join("");
        expect(chunks).toBe(await masked(text));
        expect((await through(redactor.restorer(), cut(chunks, 1 + next(9), next))).join("")).toBe(text);
        const restorer = (await inspected(text)).restorer();
        const parts = cut(chunks, 1 + next(9), next).map((part) => restorer.push(part));
        expect(parts.join("") + restorer.end()).toBe(text);
      }
    });
  }

  it("is replaced as a whole where a find is in it", async () => {
    const body = '{"a":-17757701.5e3,"b":[77177,true,77277]}';
    const wire = await inspected(body);
    const { masked: text, restores } = wire.apply(body);
    expect(Object.values(JSON.parse(text)).flat()).toEqual([
      "{{A3S_REDACTED:part:1}}",
      "{{A3S_REDACTED:part:2}}",
      "{{A3S_REDACTED:word:1}}",
      "{{A3S_REDACTED:part:3}}",
    ]);
    expect(restores["{{A3S_REDACTED:part:1}}"]).toBe("-17757701.5e3");
    expect(wire.restore(`${text}\n`)).toBe(`${body}\n`);
  });

  it("keeps its quotes where a string or a text has it", async () => {
    const string = JSON.stringify({ card: CARD_TEXT, text: `card: ${CARD_TEXT}, [${CARD_TEXT}]` });
    expect(JSON.parse(await masked(string))).toEqual({
      card: PLACEHOLDER,
      text: "card: {{A3S_REDACTED:payment_card:2}}, [{{A3S_REDACTED:payment_card:3}}]",
    });
    expect(await masked(`the card ${CARD_TEXT}, please`)).toBe(`the card ${PLACEHOLDER}, please`);
    expect(await masked(`card = ${CARD_TEXT}`)).toBe(`card = ${PLACEHOLDER}`);
  });

  it("becomes a string in JSON that begins within a text", async () => {
    const body = JSON.stringify({ content: `Answer with ${JSON.stringify({ card: CARD })}` });
    expect(JSON.parse(await masked(body)).content).toBe(`Answer with {"card":"${PLACEHOLDER}"}`);
  });

  it("covers no more than a million digits, and takes linear time", async () => {
    const body = `[${"77177".repeat(100_000)}]`;
    const wire = await inspected(body);
    expect(wire.restore(wire.apply(body).masked)).toBe(body);
  });
});

describe("an answer", () => {
  it("gets the number back behind its name, and a string elsewhere", async () => {
    const wire = await inspected(JSON.stringify({ card: CARD }));
    expect(wire.restore(`{"card": "${PLACEHOLDER}"}`)).toBe(`{"card": ${CARD}}`);
    expect(wire.restore(`{\\"card\\": \\"${PLACEHOLDER}\\"}`)).toBe(`{\\"card\\": ${CARD}}`);
    expect(wire.restore(`{"content":"${PLACEHOLDER}"}`)).toBe(`{"content":"${CARD}"}`);
    expect(wire.restore(`{"card":"${PLACEHOLDER}!"}`)).toBe(`{"card":"${CARD}!"}`);
    expect(wire.restore(`{"card":"${PLACEHOLDER}`)).toBe(`{"card":"${CARD}`);
    expect(wire.restore(`the card "${PLACEHOLDER}"`)).toBe(`the card "${CARD}"`);
    expect(wire.restore(`{"card":"${PLACEHOLDER}"}`, { kinds: [] }).text).toBe(`{"card":"${PLACEHOLDER}"}`);
    expect(wire.restore(`{"card":"${PLACEHOLDER}"}`, {}).restored).toEqual([
      { start: 8, end: 24, kind: "payment_card", placeholder: PLACEHOLDER },
    ]);
  });

  it("gets it back in the arguments of a tool that are an object", async () => {
    const wire = await inspected(JSON.stringify({ card: CARD, cards: [CARD] }));
    const second = PLACEHOLDER.replace("1}", "2}");
    const input = { card: PLACEHOLDER, to: PLACEHOLDER, cards: [second, second], note: `${PLACEHOLDER}.` };
    const answer = { type: "message", content: [{ type: "tool_use", input }] };
    const restorer = new AnswerRestorer(wire, "anthropic", { inside: ["argument"] });
    expect(JSON.parse(restorer.whole(JSON.stringify(answer))).content[0].input).toEqual({
      card: CARD,
      to: CARD_TEXT,
      cards: [CARD, CARD],
      note: `${CARD}.`,
    });
  });

  it("gets it back in the arguments of a tool that come in parts", async () => {
    const wire = await inspected(JSON.stringify({ card: CARD }));
    const args = `{"card": "${PLACEHOLDER}", "to": "x"}`;
    const next = random(7);
    for (let i = 0; i < 30; i++) {
      const restorer = new AnswerRestorer(wire, "openai", { inside: ["argument"] });
      const events = cut(args, 1 + next(12), next).map((part) => {
        const delta = { tool_calls: [{ index: 0, function: { arguments: part } }] };
        return `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
      });
      const out = events.map((event) => restorer.push(event)).join("") + restorer.end();
      const parts = out.split("\n\n").filter((event) => event !== "");
      const deltas = parts.map((event) => JSON.parse(event.slice(6)).choices[0].delta.tool_calls[0]);
      expect(deltas.map((call) => call.function.arguments).join("")).toBe(`{"card": ${CARD}, "to": "x"}`);
    }
  });
});

it("random texts of JSON's characters are restored unchanged, whatever is quoted", async () => {
  const next = random(11);
  const parts = [
    CARD_TEXT,
    '"',
    '\\"',
    '\\\\\\"',
    "\\",
    "n",
    ":",
    ",",
    "[",
    "]",
    "{",
    "}",
    " ",
    "\n",
    "data:",
    '"a":',
    "77177",
  ];
  let quoted = 0;
  for (let i = 0; i < 600; i++) {
    const text =
      Array.from({ length: next(20) }, () => parts[next(parts.length)]).join("") + (i % 9 ? "" : hostileText(next, 6));
    const redactor = sentry.createRedactor();
    const chunks = (await through(redactor, cut(text, 1 + next(20), next))).join("");
    const whole = (await through(sentry.createRedactor(), [text])).join("");
    expect(chunks).toBe(whole);
    expect((await through(redactor.restorer(), cut(chunks, 1 + next(9), next))).join("")).toBe(text);
    quoted += chunks.includes('"{{A3S_REDACTED') ? 1 : 0;
  }
  expect(quoted).toBeGreaterThan(40);
});
