// Frames that two readers could read differently are refused.
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { lineOf, readFrame } from "../../../src/guard/mcp/frame.js";
import { type Line, linesOf } from "../../../src/guard/mcp/lines.js";

describe("a frame", () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', { kind: "request", id: 1, method: "ping" }],
    ['{"jsonrpc":"2.0","id":"a","method":"ping","params":{}}', { kind: "request", id: "a", method: "ping" }],
    ['{"jsonrpc":"2.0","method":"notifications/x"}\r', { kind: "notification", method: "notifications/x" }],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', { kind: "answer", id: 1 }],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}', { kind: "answer", id: 1 }],
  ])("%s is read", (json, expected) => {
    expect(readFrame(Buffer.from(json))).toMatchObject(expected);
  });

  it.each([
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, null],
    ["no JSON", "Server running", -32700, null],
    ["a method twice", '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', -32600, 1],
    ["a key twice inside", '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":{"b":1,"b":2}}}', -32600, 1],
    ["a key twice by an escape", '{"jsonrpc":"2.0","id":1,"method":"a","m\\u0065thod":"b"}', -32600, 1],
    ["a method in capitals", '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}', -32600, 1],
    ["a long s", '{"jsonrpc":"2.0","id":1,"method":"x","param\u017f":{}}', -32600, 1],
    ["a request with a result", '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', -32600, 1],
    ["a result and an error", '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', -32600, 1],
    ["an id that is not exact", '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', -32600, null],
    ["an id of null", '{"jsonrpc":"2.0","id":null,"method":"tools/call"}', -32600, null],
    ["a list of parameters", '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600, 1],
    ["another version", '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, 1],
  ])("with %s is refused", (_, json, code, id) => {
    expect(() => readFrame(Buffer.from(json))).toThrow(
      expect.objectContaining({ code, origin: expect.objectContaining({ id }) }),
    );
  });

  it("with bytes that are not UTF-8 is refused", () => {
    const bytes = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"p\xff"}', "latin1");
    expect(() => readFrame(bytes)).toThrow("the frame is not UTF-8");
  });

  it("is one line to every reader when it is written", () => {
    const message = { jsonrpc: "2.0", method: "a\u2028b\n\u0085\r" };
    const line = lineOf(message);
    expect(line).toBe('{"jsonrpc":"2.0","method":"a\\u2028b\\n\\u0085\\r"}\n');
    expect(JSON.parse(line)).toEqual(message);
  });

  it("has U+FFFD for each half of a surrogate pair, and whole pairs as they are", () => {
    const written = lineOf({ a: "x\ud800", "\udc00": "\ud83d\ude00", b: "\\ud800", c: "\\\udfff" });
    expect(JSON.parse(written)).toEqual({ a: "x\ufffd", "\ufffd": "\u{1f600}", b: "\\ud800", c: "\\\ufffd" });
  });
});

describe("lines", () => {
  const linesIn = async (...chunks: string[]): Promise<string[]> => {
    const found: string[] = [];
    const source = (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
    })();
    const shown = (line: Line): string => (typeof line === "string" ? `(${line})` : Buffer.from(line).toString());
    for await (const line of linesOf(source, 5)) found.push(shown(line));
    return found;
  };

  it("are the same however the stream is cut", async () => {
    expect(await linesIn("ab\ncd\n\ne\n")).toEqual(["ab", "cd", "e"]);
    expect(await linesIn("a", "b\nc", "d\n", "\ne", "\n")).toEqual(["ab", "cd", "e"]);
  });

  it("that are too long or have no end are reported, and the next ones are read", async () => {
    expect(await linesIn("12345\n123456\nab\n")).toEqual(["12345", "(too-long)", "ab"]);
    expect(await linesIn("123", "456", "7\nab")).toEqual(["(too-long)", "(unfinished)"]);
  });
});
