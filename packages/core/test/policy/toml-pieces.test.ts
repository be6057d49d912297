// A large TOML text is parsed in pieces, which together are what the whole text is.

import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { PolicyError } from "../../src/policy/policy-error.js";
import { parseToml } from "../../src/policy/toml.js";
import { addPiece, tomlPieces } from "../../src/policy/toml-pieces.js";

/** The table of a text, parsed in the smallest pieces; `undefined` if these do not make one. */
function inPieces(text: string): object | undefined {
  const [first = {}, ...others] = [...tomlPieces(text, 1)].map((piece) => parse(piece.text));
  const all = { ...first };
  return others.every((piece) => addPiece(all, piece, first)) ? all : undefined;
}

const PARTS = [
  "dry_run = true\n",
  "[llm]\nurl = 'http://x' # [[no]]\n",
  '[deny]\nexec = "a"\n',
  "[[rules]]\nname = 'a'\n",
  "  [[rules]] # second\r\nname = 'b'\r\n",
  "[[ rules ]]\nmatch = '''\n[[rules]]\n''''\n",
  '[[rules]]\nmatch = """\n[[rules]]\n\\""""\n',
  "[[rules]]\non = [\n[['Dns']],\n  [['x' ]]\n]\nwhere = { a = ['}'] }\n",
  "[rules.meta]\nx = 1\n",
  "[[rules.more]]\ny = '\"'\n",
  '[[other]]\nz = "]"\n',
  "[other.one]\n",
  "rules = []\n",
  "a.b = '#'\n",
  '\'[[rules]]\' = "\\"[["\n',
  "broken = [\n",
];

describe("the pieces of a TOML text", () => {
  it("together are the text, and make its table if they are put together", () => {
    let seed = 7;
    const pick = (): string => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return PARTS[(seed >> 8) % PARTS.length] ?? "";
    };
    let [joined, refused] = [0, 0];
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: round % 9 }, pick).join("");
      const pieces = [...tomlPieces(text, 1)];
      expect(pieces.map((piece) => piece.text).join("")).toBe(text);
      for (const { lines, text: piece } of pieces) {
        expect(text.split("\n").slice(lines).join("\n").startsWith(piece), text).toBe(true);
      }
      let whole: object | undefined;
      let parts: object | undefined;
      try {
        parts = inPieces(text);
        whole = parse(text);
      } catch {
        // One of the pieces, or the whole, is not TOML.
        refused += 1;
        if (parts !== undefined) expect(() => parse(text), text).not.toThrow();
        continue;
      }
      if (parts === undefined) continue;
      joined += 1;
      expect(JSON.stringify(parts), text).toBe(JSON.stringify(whole));
    }
    expect(Math.min(joined, refused)).toBeGreaterThan(500);
  });

  it("of a large text are parsed with pauses in between", async () => {
    const rule = (at: number) => `[[rules]]\nname = "r${at}"\nmatch = '${"x".repeat(100)}'\n\n`;
    const text = `dry_run = true\n${Array.from({ length: 5000 }, (_, at) => rule(at)).join("")}`;
    let turns = 0;
    let settled = false;
    const parsed = parseToml("p", text).finally(() => {
      settled = true;
    });
    while (!settled) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(JSON.stringify(await parsed)).toBe(JSON.stringify(parse(text)));
    expect(turns).toBeGreaterThan(30);
  });

  it("have errors at the places of the whole text", async () => {
    const text = `dry_run = true\n${"[[rules]]\nname = 'a'\n".repeat(3000)}[[rules]]\nname = 'é' x\n`;
    const error: unknown = await parseToml("p", text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PolicyError);
    const [found] = (error as PolicyError).diagnostics;
    expect(found?.span).toMatchObject({ line: 6003, column: 12 });
    expect(text.slice(found?.span.start)).toBe("x\n");
  });
});
