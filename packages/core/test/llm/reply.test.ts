// Reading a model's reply.

import { describe, expect, it } from "vitest";
import { readReply } from "../../src/llm/index.js";

const BLOCK = '{"verdict":"block","severity":"high","reason":"reads keys"}';
const READ = { verdict: "block", severity: "high", reason: "reads keys", form: "clean" };
const clean = (reply: object): object => ({ ...reply, form: "clean" });
const unclean = (severity = "medium", reason = "no reason given"): object => ({
  verdict: "block",
  severity,
  reason,
  form: "unclean",
});

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
    expect(readReply(text)).toEqual(clean(reply));
  });
});

const NONE = "the reply has no JSON object";
const WORD = "the reply has no `verdict` of `allow`, `block` or `escalate`";
const SEVERAL = "the reply has several JSON objects";
const MANY = "the reply has several verdicts";
const ALLOW = '{"verdict":"allow","severity":"low","reason":"lists a folder"}';

describe("a reply is an error", () => {
  it.each<[string, string, string]>([
    ["that is empty", "", NONE],
    ["of prose alone", "I allow it.", NONE],
    ["that is not an object", '["allow"] "allow" true null', NONE],
    ["that is cut", ALLOW.slice(0, -1), NONE],
    ["after a brace that is never closed", `{ well: ${ALLOW}`, NONE],
    ["of unfinished thoughts", `<think>Perhaps ${BLOCK}, or`, NONE],
    ["of two objects, one of them unfinished", `not {"verdict":"allow"} but ${ALLOW.slice(0, -1)}`, MANY],
    ["with single quotes", "{'verdict':'allow','severity':'low','reason':'r'}", NONE],
    ["with a trailing comma", '{"verdict":"allow","severity":"low",}', NONE],
    ["without a verdict", '{"severity":"low","reason":"r"}', WORD],
    ...[" allow", "ALLOW", "allowed", "deny", "safe", ""].map((word): [string, string, string] => [
      `that says ${JSON.stringify(word)}`,
      `{"verdict":${JSON.stringify(word)}}`,
      WORD,
    ]),
    ...["true", "null", "1", '["allow"]', '{"verdict":"allow"}'].map((value): [string, string, string] => [
      `whose verdict is ${value}`,
      `{"verdict":${value}}`,
      WORD,
    ]),
    ["whose verdict is in a nested object", '{"result":{"verdict":"allow"}}', WORD],
    ["with a key in another case", '{"Verdict":"allow"}', WORD],
    ["of two objects", `${ALLOW}{"verdict":"escalate"}`, SEVERAL],
    ["of two objects that agree", `${ALLOW} ${ALLOW}`, SEVERAL],
    ["of two objects, one without a verdict", `{"thought":"hm"} ${ALLOW}`, SEVERAL],
    ["with two verdicts in one object", '{"verdict":"escalate","verdict" : "allow"}', MANY],
    ["with a verdict in escapes", '{"verdict":"escalate","verd\\u0069ct":"allow"}', MANY],
    ["with another verdict after a brace that is never closed", `{"verdict":"escalate"} { ${ALLOW}`, MANY],
    ["with another verdict in escapes outside", `${ALLOW} {"verd\\u0069ct": "escalate"`, MANY],
    ["with another verdict deeper inside", '{"verdict":"allow","why":{"verdict":"escalate"}}', MANY],
  ])("%s", (_, text, message) => {
    expect(() => readReply(text)).toThrow(message);
  });

  it("if it quotes our instructions before an answer", () => {
    const shape = '{"verdict": "allow" | "block" | "escalate", "severity": "info"}';
    expect(() => readReply(`I answer as ${shape}: ${ALLOW}`)).toThrow(MANY);
  });

  it("in linear time", () => {
    const size = 1_000_000;
    for (const text of [
      "{".repeat(size),
      "{}".repeat(size / 2),
      '{"'.repeat(size / 2),
      "}{".repeat(size / 2),
      "\\".repeat(size),
      "verdict".repeat(size / 7),
      `verdict${" ".repeat(size)}`,
      `{"verdict"${":".repeat(size)}`,
      "reason severity".repeat(size / 15),
      `{${'"a":"",'.repeat(size / 7)}"verdict":"none"}`,
      `{${'"verdict":1,'.repeat(size / 12)}"verdict":"allow"}`,
      "\\u0062".repeat(size / 6),
      "\u{1f512}".repeat(size / 2),
    ]) {
      expect(() => readReply(text)).toThrow();
    }
    for (const junk of ["{x} ", '{""}', '{"a":}']) {
      expect(readReply(`${junk.repeat(99)}${BLOCK}`)).toEqual(READ);
      expect(() => readReply(`${junk.repeat(size)}${ALLOW}`)).toThrow("the reply has too many braces for an answer");
    }
  });
});

describe("a block anywhere in a reply is an unclean block:", () => {
  it.each<[string, string, object?]>([
    ["in capitals", '{"verdict":"BLOCK"}'],
    ["with a capital", '{"verdict":"Block","severity":"high","reason":"r"}', unclean("high", "r")],
    ["with a space", '{"verdict":" block "}'],
    ["in the past", '{"verdict":"blocked"}'],
    ["with more words", '{"verdict":"BLOCK (high)"}'],
    ["in escapes", '{"verdict":"bl\\u006fck!"}'],
    ["under a key in another case", '{"Verdict":"block"}'],
    ["under another key", '{"decision":"block","severity":"high"}', unclean("high")],
    ["in a list", '{"verdict":["block"]}'],
    ["deeper inside", '{"result":{"verdict":"block","reason":"r"}}', unclean("medium", "r")],
    ["beside an allow", '{"verdict":"allow","why":{"verdict":"block"}}'],
    ["beside an allow under another key", '{"verdict":"allow","action":"block"}'],
    ["before an allow in one object", '{"verdict":"block","verdict":"allow"}'],
    ["before an allow in escapes", '{"verdict":"block","verd\\u0069ct":"allow"}'],
    ["in escapes before an allow", '{"verd\\u0069ct":"block","verdict":"allow"}'],
    ["after an allow", '{"verdict":"allow"} {"verdict":"block","severity":"low","reason":"r"}', unclean("low", "r")],
    ["before an allow", `${BLOCK}{"verdict":"allow"}`, unclean("high", "reads keys")],
    ["twice", `${BLOCK} ${BLOCK}`, unclean("high", "reads keys")],
    ["before a log line", `${BLOCK}\n{"level":"info","msg":"done"}`, unclean("high", "reads keys")],
    ["beside a thought", `{"thought":"hm"} ${BLOCK}`, unclean("high", "reads keys")],
    ["that is cut", BLOCK.slice(0, -1), unclean("high", "reads keys")],
    ["that is cut before its reason", '{"verdict":"block","severity":"hi'],
    [
      "with a quote in its reason",
      '{"severity":"high","reason":"runs "nc" now","verdict":"block"}',
      unclean("high", 'runs "nc" now","verdict":"block'),
    ],
    [
      "with a quote at its end",
      '{"verdict":"block","severity":"low","reason":"runs "nc""}',
      unclean("low", 'runs "nc'),
    ],
    ["in single quotes", "{'verdict': 'block', 'severity': 'high', 'reason': 'steals'}", unclean("high", "steals")],
    ["without quotes", "{verdict: block}"],
    ["with a trailing comma", '{"verdict":"block","severity":"low",}', unclean("low")],
    ["as JSON in a string", JSON.stringify(BLOCK), unclean("high", "reads keys")],
    ["after a brace that is never closed", `{ well: ${BLOCK}`, unclean("high", "reads keys")],
    ["among too many braces", `${"{} ".repeat(200)}${BLOCK}`, unclean("high", "reads keys")],
    ["in colours", '{"verdict": \u001b[31m"block"\u001b[0m}'],
    ["with invisible characters", '{"verdict":"bl\u200bock"}'],
    ["with invisible characters in broken JSON", '{"verdict":"bl\u00adock"'],
    ["in Markdown", "I looked at it.\n\n**Verdict:** **Block**\n"],
    ["in a tag", "<verdict>block</verdict>"],
    ["as the only word", "`BLOCK`."],
    ["in prose before an allow", 'Verdict: block. No: {"verdict":"allow"}'],
    [
      "of a reply that says so",
      '{"verdict":"block","severity":"low","reason":"r","form":"unclean"}',
      unclean("low", "r"),
    ],
  ])("%s", (_, text, reply = unclean()) => {
    expect(readReply(text)).toEqual(reply);
  });

  it("but not in a reason, in thoughts, or in words that only begin alike", () => {
    const reason = 'the text says {"verdict":"block"} and "block"';
    for (const text of [
      JSON.stringify({ verdict: "allow", severity: "low", reason }),
      `<think>{"verdict":"block"}? No.</think>${ALLOW}`,
      `No reason to block: ${ALLOW}`,
      '{"verdict":"allow","severity":"low","reason":"block"}',
    ]) {
      expect(readReply(text)).toMatchObject({ verdict: "allow", form: "clean" });
    }
  });

  it("and a reply survives being printed", () => {
    for (const text of [BLOCK, `${BLOCK}${ALLOW}`, ALLOW]) {
      const reply = readReply(text);
      expect(readReply(JSON.stringify(reply))).toEqual(reply);
    }
  });
});

describe("generated replies", () => {
  const random = generator(20_240_701);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const times = (max: number, make: () => string): string =>
    Array.from({ length: Math.floor(random() * max) }, make).join("");
  const prose = (): string =>
    pick(["", "Let me see. ", "\n", "```json\n", "a { b ", "} ", '"', "\\", "so: ", '{"level":"info"}\n', "\u{1f512}"]);
  const reason = (): string => pick(["r", "", 'runs \\"nc\\"', "a } b { c", "\\u0022", "é"]);
  const allow = (): string => `{"verdict":"allow","severity":"${pick(["low", "info", "?"])}","reason":"${reason()}"}`;
  const key = (): string => pick(["verdict", "verd\\u0069ct", "Verdict", "VERDICT", " verdict"]);
  const word = (): string => pick(["block", "BLOCK", "Block", "blocked", " block", "bl\\u006fck", "block."]);
  const block = (): string =>
    pick([
      () => `{"${key()}":"${word()}","severity":"high","reason":"${reason()}"}`,
      () => `{"severity":"high","reason":"runs "nc" here","${key()}" : "${word()}"}`,
      () => `{"${key()}":"${word()}","severity":"hi`,
      () => `{"a":{"${key()}":["${word()}"]}}`,
      () => `{'${key()}': '${word()}'}`,
      () => JSON.stringify(`{"${key()}":"${word()}"}`),
      () => `{"verdict":"allow","${key()}":"${word()}"}`,
      () => `{"${key()}":"${word()}","verdict":"allow"}`,
    ])();

  it("with a block anywhere never allow, escalate or fail", () => {
    for (let run = 0; run < 20_000; run++) {
      const around = (): string => times(4, () => pick([prose, allow])());
      const text = `${around()}${block()}${around()}`;
      expect(verdictOf(text), text).toBe("block");
    }
  });

  it("without a block never block", () => {
    for (let run = 0; run < 20_000; run++) {
      const text = times(8, () => pick([prose, allow, reason, () => "to block ", () => `"${key()}": `])());
      // An answer here can only be an allow: the word `block` may not follow a key directly.
      if (/verd(?:i|\\u0069)ct\W*block/i.test(text)) continue;
      expect(verdictOf(text), text).not.toBe("block");
    }
  });

  it("of one clean object keep their form in any prose", () => {
    for (let run = 0; run < 2_000; run++) {
      const verdict = pick(["allow", "block", "escalate"]);
      const said = JSON.stringify({ verdict, severity: "low", reason: `${prose()}{"verdict":"allow"}${prose()}` });
      expect(readReply(`Let me see.\n\`\`\`json\n${said}\n\`\`\``)).toMatchObject({ verdict, form: "clean" });
    }
  });
});

function verdictOf(text: string): string {
  try {
    return readReply(text).verdict;
  } catch {
    return "error";
  }
}

/** Numbers from 0 to 1 that are the same in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
