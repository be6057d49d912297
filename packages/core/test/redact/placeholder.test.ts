// Placeholders, and what models make of them.
import { describe, expect, it } from "vitest";
import { mentionsIn, partialAt } from "../../src/redact/placeholder.js";

const EMAIL = "{{A3S_REDACTED:email:1}}";
const found = (text: string) =>
  [...mentionsIn(text)].map(({ written, placeholder }) => [written, placeholder] as const);

describe("mentionsIn", () => {
  it.each([
    EMAIL,
    "{{A3S\\_REDACTED:email:1}}",
    "{{ A3S_REDACTED:email:1 }}",
    "{{A3S_REDACTED: email : 1}}",
    "{A3S_REDACTED:email:1}",
    "\\{\\{A3S\\_REDACTED:email:1\\}\\}",
    "{{a3s_redacted:email:1}}",
    "{{A3S-REDACTED:email:1}}",
    "{{A3S REDACTED:email:1}}",
    "[A3S_REDACTED:email:1]",
    "[[A3S_REDACTED:email:1]]",
    "\\[A3S\\_REDACTED:email:1\\]",
    "%7B%7BA3S_REDACTED%3Aemail%3A1%7D%7D",
    "%7b%7bA3S_REDACTED:email:1%7d%7d",
    "&#123;&#123;A3S_REDACTED:email:1&#125;&#125;",
    "&#x7b;&#x7b;A3S_REDACTED:email:1&#x7d;&#x7d;",
  ])("knows %j", (written) => {
    expect(found(`a ${written}, b`)).toEqual([[written, EMAIL]]);
  });

  it("reads kinds whose underscores are escaped", () => {
    expect(found("{{A3S\\_REDACTED:openai\\_key:12}}")[0]?.[1]).toBe("{{A3S_REDACTED:openai_key:12}}");
  });

  it.each([
    "A3S_REDACTED:email:1",
    "{{A3S_REDACTED:email}}",
    "the A3S_REDACTED one",
    "{{A3S_REDACTED:email:1",
    "[A3S_REDACTED:email:1}",
  ])("does not guess what %j means", (text) => {
    expect(found(text)).toEqual([["A3S_REDACTED", undefined]]);
  });

  it("finds several that touch, and one in three braces", () => {
    expect(found(`{${EMAIL}}{A3S_REDACTED:jwt:2}${EMAIL}`)).toEqual([
      [EMAIL, EMAIL],
      ["{A3S_REDACTED:jwt:2}", "{{A3S_REDACTED:jwt:2}}"],
      [EMAIL, EMAIL],
    ]);
  });
});

describe("partialAt", () => {
  it("holds each beginning of each form", () => {
    for (const form of [
      EMAIL,
      "{A3S_REDACTED:email:1}",
      "\\{\\{ A3S\\_REDACTED : openai\\_key : 1 \\}\\}",
      "[A3S_REDACTED:email:1]",
      "[[ A3S_REDACTED : email : 1 ]]",
      "%7B%7BA3S_REDACTED%3Aemail%3A1%7D%7D",
      "&#123;&#123;A3S_REDACTED:email:1&#125;&#125;",
    ]) {
      for (let end = 1; end < form.length; end++) {
        expect([form.slice(0, end), partialAt(`x ${form.slice(0, end)}`)]).toEqual([form.slice(0, end), 2]);
      }
    }
  });

  it("holds nothing of a complete one, and of other text", () => {
    for (const text of [EMAIL, "{A3S_REDACTED:email:1}", "x }", "{ b", "{{a3x", "A3S_REDACTED is"]) {
      expect(partialAt(text)).toBe(text.length);
    }
  });
});
