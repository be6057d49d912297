// The hook in settings that others write to, too.

import { describe, expect, it } from "vitest";
import { MARK } from "../../../src/cli/hook/install/hook-command.js";
import { valueIn } from "../../../src/cli/hook/install/json-tree.js";
import { withEntries, withoutEntries } from "../../../src/cli/hook/install/shared-json.js";

const hooks = [{ type: "command", command: `x '${MARK}'`, timeout: 60 }];
const ENTRIES = [
  { path: ["hooks", "PreToolUse"], entry: { matcher: "*", hooks } },
  { path: ["hooks", "UserPromptSubmit"], entry: { hooks } },
];
const PATHS = ENTRIES.map(({ path }) => path);

interface Settings {
  readonly hooks?: { readonly PreToolUse?: readonly unknown[]; readonly [event: string]: unknown };
}

const parse = (text: string): Settings => valueIn("settings.json", text) as Settings;

const add = (text: string): string => withEntries("settings.json", text, ENTRIES, {});
const remove = (text: string): string => withoutEntries("settings.json", text, PATHS);

describe.each([
  ["an empty object", "{}\n"],
  ["other settings", '{\n  "model": "opus"\n}\n'],
  ["settings in one line", '{"model":"opus","hooks":{"Stop":[]}}'],
  ["tabs", '{\n\t"hooks": {\n\t\t"PreToolUse": [\n\t\t\t{ "matcher": "Bash" }\n\t\t]\n\t}\n}\n'],
  [
    "comments",
    '{\n  // mine\n  "hooks": {\n    "PreToolUse": [\n      { "matcher": "Bash" } // "*": {}\n      /* , */\n    ] // last\n  }\n  // end\n}\n',
  ],
  ["a trailing comma", '{\n  "hooks": {\n    "PreToolUse": [\n      { "matcher": "Bash" }, // mine\n    ],\n  },\n}\n'],
  ["an escaped key", '{\n  "h\\u006foks": {\n    "Stop": [1]\n  }\n}'],
])("in %s", (_, text) => {
  it("the entries are added once, and everything else stays", () => {
    const added = add(text);
    const before = parse(text);
    const after = parse(added);
    const { PreToolUse = [], ...others } = before.hooks ?? {};
    const expected = {
      ...others,
      PreToolUse: [...PreToolUse, ENTRIES[0]?.entry],
      UserPromptSubmit: [ENTRIES[1]?.entry],
    };
    expect(after).toEqual({ ...before, hooks: expected });
    for (const comment of text.match(/\/\/.*|\/\*.*?\*\//g) ?? []) expect(added).toContain(comment);
    expect(add(added)).toBe(added);
  });

  it("what is removed again leaves the same settings and comments", () => {
    const back = remove(add(text));
    expect({ hooks: {}, ...parse(back) }).toEqual({ hooks: {}, ...parse(text) });
    for (const comment of text.match(/\/\/.*|\/\*.*?\*\//g) ?? []) expect(back).toContain(comment);
    expect(remove(back)).toBe(back);
  });
});

it("an older hook is replaced, also in a group with others", () => {
  const old = { type: "command", command: `y '${MARK}'` };
  const text = JSON.stringify({
    hooks: { PreToolUse: [{ matcher: "Bash", hooks: [old, { command: "mine" }] }, { hooks: [old] }] },
  });
  expect(parse(add(text)).hooks?.PreToolUse).toEqual([
    { matcher: "Bash", hooks: [{ command: "mine" }] },
    ENTRIES[0]?.entry,
  ]);
});

it("comments and layout come back to the byte where the last element has no trailing comma", () => {
  const text = '{\n  "hooks": {\n    "PreToolUse": [\n      { "matcher": "Bash" } // mine\n    ]\n  }\n}\n';
  expect(remove(add(text))).toBe(text);
});

it.each([
  ["{", "`settings.json` is not JSON"],
  ["[]", "`settings.json` is not an object"],
  ['{"hooks":[]}', "`hooks` in `settings.json` is not an object"],
  ['{"hooks":{"PreToolUse":{}}}', "`hooks.PreToolUse` in `settings.json` is not a list"],
  ['{"hooks":{},"hooks":{"Stop":[]}}', "`hooks.PreToolUse` occurs twice in `settings.json`"],
])("%s is not changed", (text, message) => {
  expect(() => add(text)).toThrow(message);
});
