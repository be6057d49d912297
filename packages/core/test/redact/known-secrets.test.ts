// Secrets of a body, and of bodies before it, are masked where nothing gives them away.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import { core } from "../../src/entry/core.js";
import { AnswerRestorer, Sentry, type WireInspection } from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { CARD, EMAIL, some } from "../support/secret-texts.js";

const PASSWORD = "Xk29fjQq81zz";
const ODD = 'Xk"29\\fjQq81zz';
let sentry: Sentry;

beforeAll(async () => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
  sentry = await Sentry.create('redact { pattern "pin" { match = "PIN ([0-9]+)"  value_group = 1 } }');
});
afterAll(() => sentry.close());

const masked = (wire: WireInspection, body: string): string => wire.apply(body).masked;
const said = (text: string): string => JSON.stringify({ messages: [{ role: "user", content: text }] });

describe("in one body", () => {
  it("a secret is masked before its label and after it, as a word of its own", async () => {
    const body = `${PASSWORD}? password: ${PASSWORD}, then ${PASSWORD}. Not ${PASSWORD}x or x${PASSWORD}`;
    const wire = await sentry.inspectWire(body, "request");
    expect(wire.redactions.map(({ kind }) => kind)).toEqual(["generic_secret", "generic_secret", "generic_secret"]);
    expect(masked(wire, body)).toMatch(/ Not Xk29fjQq81zzx or xXk29fjQq81zz$/);
    expect(wire.restore(masked(wire, body))).toBe(body);
  });

  it("it is masked behind escapes, and in JSON in JSON", async () => {
    const body = said(`a\n${PASSWORD} password: "${PASSWORD}" ${JSON.stringify({ x: `b\n${PASSWORD}` })}`);
    const text = masked(await sentry.inspectWire(body, "request"), body);
    expect(text).not.toContain(PASSWORD);
    expect(JSON.parse(text).messages).toHaveLength(1);
    const odd = JSON.stringify({ password: ODD, nested: JSON.stringify({ x: ODD }), text: `is ${ODD}!` });
    const wire = await sentry.inspectWire(odd, "request");
    expect(masked(wire, odd)).not.toContain("fjQq81");
    expect(JSON.parse(wire.restore(`${masked(wire, odd)} `))).toEqual(JSON.parse(odd));
  });

  it("a number is masked as a text, a word and a short number stay", async () => {
    const body = JSON.stringify({ a: "PIN 99887766", b: 99887766, c: "PIN 4711", d: 4711, e: "-a sesame" });
    const wire = await sentry.inspectWire(body, "request");
    expect(JSON.parse(masked(wire, body))).toMatchObject({ b: "{{A3S_REDACTED:pin:2}}", d: 4711 });
    const url = "https://app:sesame@db.example/ and the word sesame";
    expect(masked(await sentry.inspectWire(url, "request"), url)).toMatch(/ and the word sesame$/);
  });
});

describe("`earlier`", () => {
  it("masks in a turn what was restored in the answer before, however many turns ago", async () => {
    const first = said(`my password: ${PASSWORD}`);
    let wire = await sentry.inspectWire(first, "request");
    const restorer = new AnswerRestorer(wire, "openai");
    const answer = restorer.whole(
      JSON.stringify({ choices: [{ index: 0, message: { content: "It is {{A3S_REDACTED:generic_secret:1}}!" } }] }),
    );
    expect(answer).toContain(`It is ${PASSWORD}!`);
    for (let turn = 0; turn < 5; turn++) {
      // The first message is no longer a part of the conversation.
      const body = said(`You said: ${answer}`);
      expect(masked(await sentry.inspectWire(body, "request"), body)).toContain(PASSWORD);
      wire = await sentry.inspectWire(body, "request", { earlier: wire });
      expect(masked(wire, body)).not.toContain(PASSWORD);
      expect(wire.restore(masked(wire, body))).toBe(body);
      wire = await sentry.inspectWire("nothing", "response", { earlier: wire });
    }
  });

  it("may be the inspection of another sentry, with other kinds", async () => {
    const other = await Sentry.create('redact { on = ["payment_card"]  pattern "x" { match = "zz[0-9]{9}" } }');
    const wire = await other.inspectWire(`zz123456789 ${CARD}`, "request");
    other.close();
    const next = await sentry.inspectWire(`zz123456789 ${EMAIL} ${CARD}`, "request", { earlier: wire });
    expect(next.redactions.map(({ kind }) => kind)).toEqual(["x", "email", "payment_card"]);
  });

  it("keeps the latest 10,000 secrets", async () => {
    const lines = (from: number): string =>
      Array.from({ length: 6000 }, (_, i) => `token=${some(9)}q${from + i}z`).join("\n");
    const first = await sentry.inspectWire(lines(10_000), "request");
    const second = await sentry.inspectWire(lines(20_000), "request", { earlier: first });
    const body = `${some(9)}q20001z ${some(9)}q13999z ${some(9)}q14001z`;
    const wire = await sentry.inspectWire(body, "request", { earlier: second });
    expect(wire.redactions.map(({ start, end }) => body.slice(start, end))).toEqual([
      `${some(9)}q20001z`,
      `${some(9)}q13999z`,
    ]);
  });

  it("is refused if it is something else", async () => {
    const earlier = { ...(await sentry.inspectWire("a", "request")) };
    await expect(sentry.inspectWire("b", "request", { earlier })).rejects.toThrow(TypeError);
  });

  it("takes linear time for many secrets with the same beginning", async () => {
    const body = Array.from({ length: 20_000 }, (_, i) => `token=Aa1Bb2Cc3${some(i % 200)}${i}`).join("\n");
    const wire = await sentry.inspectWire(body, "request");
    expect(wire.redactions.length).toBeGreaterThan(19_000);
  });
});
