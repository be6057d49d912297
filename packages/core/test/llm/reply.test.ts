// Reading a model's reply.

import { describe, expect, it } from "vitest";
import { readReply } from "../../src/llm/index.js";

const BLOCK = '{"verdict":"block","severity":"high","reason":"reads keys"}';
const READ = { verdict: "block", severity: "high", reason: "reads keys" };

describe("a reply is read", () => {
  it.each<[string, string, object]>([
    ["alone", BLOCK, READ],
    ["with space around", `\n\t ${BLOCK}\r\n`, READ],
    ["in a fence", `\`\`\`json\n${BLOCK}\n\`\`\``, READ],
    ["in prose", `Let me see. I would say: ${BLOCK} — that is all.`, READ],
    ["after prose with braces without JSON", `Given {the rules} and {}x: ${BLOCK}`.replace("{}x", "{x}"), READ],
    ["after prose with quotes and a lone closing brace", `He said "no}" and ' and }: ${BLOCK}`, READ],
    ["after thoughts with a draft", `<think>{"verdict":"allow"}? {No.</think>\n\n${BLOCK}`, READ],
    [
      "with braces in its reason",
      '{"verdict":"allow","severity":"low","reason":"a } b { c \\" } {{"}',
      { verdict: "allow", severity: "low", reason: 'a } b { c " } {{' },
    ],
    [
      "with objects in it",
      '{"verdict":"escalate","severity":"info","reason":"r","more":{"a":{"b":[{}]}}}',
      { verdict: "escalate", severity: "info", reason: "r" },
    ],
    [
      "over many lines",
      '{\n  "reason": "r",\n  "severity": "critical",\n  "verdict": "block"\n}',
      { verdict: "block", severity: "critical", reason: "r" },
    ],
    [
      "with an unknown severity",
      '{"verdict":"block","severity":"HIGH","reason":"r"}',
      { verdict: "block", severity: "medium", reason: "r" },
    ],
    [
      "with a severity of another type",
      '{"verdict":"allow","severity":["low"],"reason":"r"}',
      { verdict: "allow", severity: "medium", reason: "r" },
    ],
    ["without a severity", '{"verdict":"allow","reason":"r"}', { verdict: "allow", severity: "medium", reason: "r" }],
    [
      "without a reason",
      '{"verdict":"block","severity":"low"}',
      { verdict: "block", severity: "low", reason: "no reason given" },
    ],
    [
      "with a reason that is not a string",
      '{"verdict":"block","severity":"low","reason":{}}',
      { verdict: "block", severity: "low", reason: "no reason given" },
    ],
  ])("%s", (_, text, reply) => {
    expect(readReply(text)).toEqual(reply);
  });
});

const NONE = "the reply has no JSON object";
const WORD = "the reply has no `verdict` of `allow`, `block` or `escalate`";
const SEVERAL = "the reply has several JSON objects";

describe("a reply is an error", () => {
  it.each<[string, string, string]>([
    ["that is empty", "", NONE],
    ["of prose alone", "I allow it.", NONE],
    ["that is not an object", '["allow"] "allow" true null', NONE],
    ["that is cut", BLOCK.slice(0, -1), NONE],
    ["after a brace that is never closed", `{ well: ${BLOCK}`, NONE],
    ["of unfinished thoughts", `<think>Perhaps ${BLOCK}, or`, NONE],
    [
      "of two objects, one of them unfinished",
      `not {"verdict":"allow"} but ${BLOCK.slice(0, -1)}`,
      "the reply has several verdicts",
    ],
    ["with single quotes", "{'verdict':'allow','severity':'low','reason':'r'}", NONE],
    ["with a trailing comma", '{"verdict":"allow","severity":"low",}', NONE],
    ["without a verdict", '{"severity":"low","reason":"r"}', WORD],
    ...["BLOCK", "Block", "block ", " allow", "ALLOW", "allowed", "deny", "safe", ""].map(
      (word): [string, string, string] => [
        `that says ${JSON.stringify(word)}`,
        `{"verdict":${JSON.stringify(word)}}`,
        WORD,
      ],
    ),
    ...["true", "null", "1", '["allow"]', '{"verdict":"allow"}'].map((value): [string, string, string] => [
      `whose verdict is ${value}`,
      `{"verdict":${value}}`,
      WORD,
    ]),
    ["whose verdict is in a nested object", '{"result":{"verdict":"allow"}}', WORD],
    ["with a key in another case", '{"Verdict":"allow"}', WORD],
    ["of two objects", `${BLOCK}{"verdict":"allow"}`, SEVERAL],
    ["of two objects that agree", `${BLOCK} ${BLOCK}`, SEVERAL],
    ["of two objects, one without a verdict", `{"thought":"hm"} ${BLOCK}`, SEVERAL],
    ["with two verdicts in one object", '{"verdict":"block","verdict" : "allow"}', "the reply has several verdicts"],
    [
      "with another verdict after a brace that is never closed",
      `{"verdict":"allow"} { ${BLOCK}`,
      "the reply has several verdicts",
    ],
    [
      "with another verdict deeper inside",
      '{"verdict":"allow","why":{"verdict":"block"}}',
      "the reply has several verdicts",
    ],
  ])("%s", (_, text, message) => {
    expect(() => readReply(text)).toThrow(message);
  });

  it("in linear time", () => {
    const size = 1_000_000;
    for (const text of [
      "{".repeat(size),
      "{}".repeat(size / 2),
      '{"'.repeat(size / 2),
      "}{".repeat(size / 2),
      "\\".repeat(size),
    ]) {
      expect(() => readReply(text)).toThrow();
    }
    for (const junk of ["{x} ", '{""}', '{"a":}']) {
      expect(readReply(`${junk.repeat(99)}${BLOCK}`)).toEqual(READ);
      expect(() => readReply(`${junk.repeat(size)}${BLOCK}`)).toThrow("the reply has too many braces for an answer");
    }
  });
});
