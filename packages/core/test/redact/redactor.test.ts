// The stream that masks, and the streams that restore.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import { core } from "../../src/entry/core.js";
import { Sentry } from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { cut, EMAIL, hostileText, OPENAI, PEM, random, some, through } from "../support/secret-texts.js";
import { stubCore } from "../support/stub-core.js";

let sentry: Sentry;

beforeAll(async () => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
  sentry = await Sentry.create(`redact { pattern "long" { match = "<[^>]*>" } }`);
});
afterAll(() => sentry.close());

describe("chunks", () => {
  it("change nothing: any cut gives the result of one piece, and it is restored unchanged", async () => {
    const next = random(5);
    let secrets = 0;
    for (let i = 0; i < 400; i++) {
      const text = hostileText(next, 16);
      const whole = (await through(sentry.createRedactor(), [text])).join("");
      const redactor = sentry.createRedactor();
      const masked = (await through(redactor, cut(text, 1 + next(60), next))).join("");
      expect(masked).toBe(whole);
      expect((await through(redactor.restorer(), cut(masked, 1 + next(30), next))).join("")).toBe(text);
      expect(redactor.restore(masked)).toBe(text);
      secrets += masked.split("{{A3S_REDACTED:").length - 1;
    }
    expect(secrets).toBeGreaterThan(900);
  });

  it("give the result of inspecting the whole text, except that this finds secrets again", async () => {
    const next = random(8);
    const count = (text: string): number => text.split("{{A3S_REDACTED").length;
    let equal = 0;
    for (let i = 0; i < 100; i++) {
      const text = hostileText(next, 16).replaceAll("{{", "(");
      const wire = await sentry.inspectWire(text, "request");
      const masked = (await through(sentry.createRedactor(), cut(text, 20, next))).join("");
      const whole = wire.apply(text).masked;
      expect(count(masked)).toBeLessThanOrEqual(count(whole));
      if (count(masked) < count(whole)) continue;
      expect(masked).toBe(whole);
      equal++;
    }
    expect(equal).toBeGreaterThan(80);
  });

  it("may cut a pair of surrogates, and an escape", async () => {
    const text = `{"a":"😀\\n${OPENAI} \\\\n${EMAIL}😀"}`;
    const redactor = sentry.createRedactor();
    const out = await through(redactor, text.split(""));
    expect(out.join("")).toBe('{"a":"😀\\n{{A3S_REDACTED:openai_key:1}} \\\\n{{A3S_REDACTED:email:1}}😀"}');
    expect(out.some((piece) => /\p{Surrogate}/u.test(piece))).toBe(false);
  });

  it("pass text at once that cannot be part of a secret", async () => {
    const out = await through(sentry.createRedactor(), ["All is well. ", "Nothing here. ", "More! "]);
    expect(out).toEqual(["All is well. ", "Nothing here. ", "More! "]);
  });
});

describe("bounds", () => {
  it("at most 36 KiB are held back, even if a match may still come", async () => {
    const redactor = sentry.createRedactor();
    const writer = redactor.writable.getWriter();
    const reader = redactor.readable.getReader();
    let given = 0;
    const read = (async () => {
      for (let { value } = await reader.read(); value !== undefined; { value } = await reader.read())
        given += value.length;
    })();
    const text = `<${"no end ".repeat(20_000)}`;
    let most = 0;
    for (let at = 0; at < text.length; at += 500) {
      await writer.write(text.slice(at, at + 500));
      most = Math.max(most, at + 500 - given);
    }
    await writer.close();
    await read;
    expect(given).toBe(text.length);
    expect(most).toBeGreaterThan(30 * 1024);
    expect(most).toBeLessThan(37 * 1024);
  });

  it("a longer secret is masked to its end, as several, and restored", async () => {
    const long = `sk-${some(46).repeat(4000)}`;
    const text = `key ${long} and ${EMAIL}`;
    const redactor = sentry.createRedactor();
    const masked = (await through(redactor, cut(text, 5000, random(1)))).join("");
    expect(masked).toMatch(/^key (?:\{\{A3S_REDACTED:openai_key:\d+\}\})+ and \{\{A3S_REDACTED:email:1\}\}$/);
    expect(redactor.restore(masked)).toBe(text);
  });

  it("a private key of up to 32 KiB is one secret, in any chunks", async () => {
    const pem = PEM.replace(/\n/, `\n${`${some(64)}\n`.repeat(450)}`);
    expect(pem.length).toBeGreaterThan(29_000);
    const redactor = sentry.createRedactor();
    const masked = await through(redactor, cut(`${pem}.`, 40, random(2)));
    expect(masked.join("")).toBe("{{A3S_REDACTED:private_key:1}}.");
  });

  it("secrets beyond the limit are masked, and not restored", async () => {
    const line = `${EMAIL}, `;
    const redactor = sentry.createRedactor();
    const masked = (await through(redactor, [line.repeat(10_002)])).join("");
    expect(masked).not.toContain("bob");
    const restored = redactor.restore(masked);
    expect(restored).toBe(`${line.repeat(10_000)}{{A3S_REDACTED:email:10001}}, {{A3S_REDACTED:email:10002}}, `);
  });
});

describe("a failure", () => {
  it("of the engine is an error of the stream, and nothing passes unmasked", async () => {
    const stub = stubCore();
    const failing = await Sentry.create("");
    const redactor = failing.createRedactor();
    stub.trapOn = "scan";
    await expect(through(redactor, ["a secret"])).rejects.toThrow(/^rule engine failed: unreachable$/);
    const other = failing.createRedactor();
    failing.close();
    await expect(through(other, ["a secret"])).rejects.toThrow("closed");
    provideCore(() => core);
  });

  it("bytes are an error", async () => {
    const bytes = new Uint8Array(3) as unknown as string;
    await expect(through(sentry.createRedactor(), [bytes])).rejects.toThrow("decode bytes first");
    await expect(through(sentry.createRedactor().restorer(), [bytes])).rejects.toThrow("decode bytes first");
  });

  it("an unknown or incomplete placeholder passes unchanged", async () => {
    const redactor = sentry.createRedactor();
    await through(redactor, [EMAIL]);
    const text = "{{A3S_REDACTED:email:9}} {{A3S_REDACTED:email:1";
    expect((await through(redactor.restorer(), text.split(""))).join("")).toBe(text);
  });
});
