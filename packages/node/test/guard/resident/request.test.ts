// Which requests are judged. The others get no outcome, so their callers judge by themselves.
import { expect, it } from "vitest";
import { RequestError, readRequest } from "../../../src/guard/resident/request.js";

const read = (text: string) => readRequest(Buffer.from(text, "latin1"));

it("a request has a question, and who asks", () => {
  const check = { tool: "t", args: [1], cwd: "/srv", server: "s", pid: 1 };
  const asker = { agent: "a", session: "s", cwd: "/", host: "h", canAsk: true, uid: 0 };
  expect(read(JSON.stringify({ v: 1, check, ...asker }))).toEqual({ check, ...asker });
  expect(read('{"v":1,"prompt":""}')).toEqual({ prompt: "" });
  expect(read('{"v":1,"result":"x","future":1}')).toEqual({ result: "x" });
});

it.each([
  ["no JSON", "secret"],
  ["no object", "[1]"],
  ["no UTF-8", '{"v":1,"prompt":"\xff"}'],
  ["another version", '{"v":2,"prompt":"secret"}'],
  ["no question", '{"v":1}'],
  ["two questions", '{"v":1,"prompt":"a","result":"secret"}'],
  ["a prompt that is no text", '{"v":1,"prompt":{}}'],
  ["a call without a tool", '{"v":1,"check":{"args":{}}}'],
  ["a call that is null", '{"v":1,"check":null}'],
  ["a session that is no text", '{"v":1,"prompt":"","session":{"a":"secret"}}'],
  ["a long agent", `{"v":1,"prompt":"","agent":"${"x".repeat(4097)}"}`],
  ["a user that is no number", '{"v":1,"prompt":"","uid":"0"}'],
  ["a negative user", '{"v":1,"prompt":"","uid":-1}'],
  ["a word for `canAsk`", '{"v":1,"prompt":"","canAsk":"yes"}'],
])("%s is refused, without a word of it", (_, text) => {
  expect(() => read(text)).toThrow(RequestError);
  expect(() => read(text)).not.toThrow(/secret/);
});
