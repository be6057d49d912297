// Events in every form, and input that is not an event.

import { truncateUtf8 } from "@a3s-sentry/core/host";
import { describe, expect, it } from "vitest";
import type { Core } from "./core.js";

const EVIL = '{"event":{"Dns":{"pid":7,"query":"x.oast.fun"}}}';
const utf8 = (text: string) => new TextEncoder().encode(text);

export function eventSuite({ Sentry, dns, sslContent, fileAccess, securityAction, toolCall }: Core): void {
  describe("events", () => {
    it("get the same decision as text, bytes and object", async () => {
      const sentry = await Sentry.create("");
      const shared = new Uint8Array(new SharedArrayBuffer(EVIL.length));
      shared.set(utf8(EVIL));
      for (const event of [
        EVIL,
        `  ${EVIL}\r\n`,
        utf8(EVIL),
        utf8(`xx${EVIL}`).subarray(2),
        shared,
        JSON.parse(EVIL),
      ]) {
        expect(sentry.classify(event)?.rule).toBe("oob-exfil-dns");
      }
      sentry.close();
    });

    it.each([
      ["nothing", ""],
      ["white space", " \n"],
      ["a log line", "observer: started"],
      ["a list", `[${EVIL}]`],
      ["half of it", EVIL.slice(0, -1)],
      ["one and a half", EVIL + EVIL],
      ["an event with nothing to judge", '{"event":{"LlmCall":{"pid":1}}}'],
      ["an unknown event", '{"event":{"Teleport":{"pid":1}}}'],
      ["two events in one", '{"event":{"Dns":{"pid":1,"query":"a"},"FileDelete":{"pid":1,"path":"/"}}}'],
      ["no pid", '{"event":{"Dns":{"query":"x.oast.fun"}}}'],
      ["a command without argv", '{"event":{"ToolExec":{"pid":1,"command":"rm -rf ~/"}}}'],
      ["a command of no words", '{"event":{"ToolExec":{"pid":1,"argv":[]}}}'],
      ["a text without content", '{"event":{"SslContent":{"pid":1,"text":"x"}}}'],
      ["an empty peer", '{"event":{"Egress":{"pid":1,"peer":""}}}'],
      ["an empty path", '{"event":{"FileAccess":{"pid":1,"path":""}}}'],
      ["an empty query", '{"event":{"Dns":{"pid":1,"query":""}}}'],
      ["an empty kind", '{"event":{"SecurityAction":{"pid":1,"kind":""}}}'],
      ["a call without a tool", '{"event":{"ToolCall":{"tool":"","args":{}}}}'],
      ["a call without arguments", '{"event":{"ToolCall":{"tool":"Bash"}}}'],
      ["a call with its arguments under another name", '{"event":{"ToolCall":{"tool":"Bash","input":{}}}}'],
      ["arguments twice", '{"event":{"ToolCall":{"tool":"Bash","args":{},"args":{}}}}'],
      ["null in place of a required field", '{"event":{"Dns":{"pid":null,"query":"x.oast.fun"}}}'],
      ["a pid too large", '{"event":{"Dns":{"pid":4294967296,"query":"x.oast.fun"}}}'],
      ["a query that is a number", '{"event":{"Dns":{"pid":1,"query":5}}}'],
      ["a query twice", '{"event":{"Dns":{"pid":1,"query":"ok","query":"x.oast.fun"}}}'],
      ["a bare control character", '{"event":{"Dns":{"pid":1,"query":"x.oast.fun\u0001"}}}'],
      ["brackets without end", `{"event":${"[".repeat(200_000)}`],
    ])("%s is not an event", async (_, text) => {
      const sentry = await Sentry.create("");
      expect(sentry.classify(text)).toBeNull();
      expect(sentry.classify(utf8(text))).toBeNull();
      expect(await sentry.evaluate(text)).toBeNull();
      expect(sentry.facts(text)).toBeNull();
      sentry.close();
    });

    it.each([
      ["a judged field", `{"event":{"Dns":{"pid":7,"query":"?.oast.fun"}}}`, "\ufffd.oast.fun"],
      ["argv", `{"event":{"ToolExec":{"pid":7,"argv":["sh","-c","? | x.oast.fun"]}}}`, "sh -c \ufffd | x.oast.fun"],
      ["another field", `{"event":{"Dns":{"pid":7,"query":"x.oast.fun","comm":"?"}}}`, "x.oast.fun"],
      ["a key", `{"event":{"Dns":{"pid":7,"query":"x.oast.fun","?":0}}}`, "x.oast.fun"],
      ["the process", `{"process":{"cwd":"/?"},"event":{"Dns":{"pid":7,"query":"x.oast.fun"}}}`, "x.oast.fun"],
    ])("cannot hide behind bytes that are not UTF-8, which are judged as U+FFFD: in %s", async (_, text, subject) => {
      const sentry = await Sentry.create("");
      const bytes = utf8(text).map((byte) => (byte === 0x3f ? 0xff : byte));
      expect(sentry.facts(bytes)?.subject).toBe(subject);
      expect(sentry.classify(bytes)).toEqual(sentry.classify(text.replaceAll("?", "\ufffd")));
      expect(sentry.classify(bytes)).not.toBeNull();
      sentry.close();
    });

    it("may have null in place of an optional number", async () => {
      const sentry = await Sentry.create("");
      for (const [event, subject] of [
        ['{"Egress":{"pid":1,"peer":"a.test","port":null,"sni":null}}', "a.test:0"],
        ['{"SecurityAction":{"pid":1,"kind":"bind","detail":null}}', "bind 0"],
        ['{"ToolExec":{"pid":1,"argv":["a"],"ppid":null,"uid":null,"cwd":null,"argv_truncated":null}}', "a"],
        ['{"LlmActivations":{"pid":1,"layer":null}}', "0 sae features @L0"],
        ['{"ToolCall":{"pid":null,"tool":"t","args":null,"server":null,"cwd":null}}', "t null"],
      ]) {
        expect(sentry.facts(`{"event":${event}}`)?.subject).toBe(subject);
      }
      sentry.close();
    });

    it("of a call have the arguments with sorted keys and without needless escapes", async () => {
      const sentry = await Sentry.create(
        'rule "r" { tool = "t*" args = { path = "/srv/**" } verdict = "block" severity = "low" reason = "r" }',
      );
      const call = toolCall(
        "tool",
        { path: "/srv/a", n: [1.5, { b: null, a: "é/" }] },
        { cwd: "/srv", agent: "coder" },
      );
      expect(sentry.facts(call)?.subject).toBe('tool {"n":[1.5,{"a":"é/","b":null}],"path":"/srv/a"}');
      expect(sentry.classify(call)).toMatchObject({ verdict: "block", rule: "r" });
      expect(sentry.explain(call)).toMatchObject({ kind: "ToolCall", rule: "r" });
      const spelt = '{"event":{"ToolCall":{"args":{"path":"\\u002fsrv\\/a","path":"/x"},"tool":"\\u0074ool"}}}';
      expect(sentry.classify(spelt)?.rule).toBe("r");
      expect(sentry.classify(toolCall("tool", { path: "../etc" }, { cwd: "/srv" })).verdict).toBe("allow");
      sentry.close();
    });

    it("cannot hide behind a lone surrogate, which is judged as U+FFFD", async () => {
      const sentry = await Sentry.create("");
      for (const query of ["\ud800.oast.fun", "\udc00\ud800.oast.fun"]) {
        for (const event of [dns(1, query), `{"event":{"Dns":{"pid":7,"query":"${query}"}}}`]) {
          expect(sentry.classify(event)?.rule).toBe("oob-exfil-dns");
          expect(sentry.facts(event)?.subject).toBe(query.replace(/\p{Surrogate}/gu, "\ufffd"));
        }
      }
      sentry.close();
    });

    it("of any size are judged one after another", async () => {
      const sentry = await Sentry.create("");
      const secret = "AWS_SECRET_ACCESS_KEY=abcdefghijklmnop1234567890";
      for (const size of [0, 10, 5000, 70_000, 100, 3_000_000, 1000]) {
        for (const fill of ["a ", "é "]) {
          const content = fill.repeat(size / 3) + secret;
          expect(sentry.classify(sslContent(1, content)).rule).toBe("secret-in-egress");
          expect(sentry.classify(sslContent(1, fill.repeat(size / 3))).verdict).toBe("allow");
        }
      }
      sentry.close();
    });

    it("over 16 MiB are rejected", async () => {
      const sentry = await Sentry.create("");
      const most = 16 * 1024 * 1024;
      expect(sentry.classify(EVIL.padEnd(most))?.rule).toBe("oob-exfil-dns");
      expect(sentry.classify(EVIL.padEnd(most + 1))).toBeNull();
      expect(sentry.classify(utf8(EVIL.padEnd(most)))?.rule).toBe("oob-exfil-dns");
      expect(sentry.classify(utf8(EVIL.padEnd(most + 1)))).toBeNull();
      sentry.close();
    });

    it("have facts", async () => {
      const sentry = await Sentry.create("");
      expect(sentry.facts(fileAccess(7, "/tmp/größe", true, { agent: "py", provider: "Anthropic" }))).toEqual({
        kind: "FileAccess",
        pid: 7,
        agent: "py",
        provider: "Anthropic",
        subject: "/tmp/größe",
        target: "/tmp/größe",
        targetFrom: "observed",
        evidence: "complete",
      });
      expect(sentry.facts(securityAction(0, "ptrace", 2n ** 64n - 1n))).toMatchObject({
        subject: "ptrace 18446744073709551615",
        agent: null,
        provider: null,
        target: null,
      });
      expect(truncateUtf8("größe", 3)).toBe("gr");
      sentry.close();
    });
  });
}
