// The event builders: exact JSON, and invalid arguments.

import { describe, expect, it } from "vitest";
import {
  dns,
  egress,
  fileAccess,
  fileDelete,
  llmActivations,
  securityAction,
  sslContent,
  toolCall,
  toolExec,
} from "../../src/index.js";

describe("each builder returns the JSON of one event", () => {
  it.each([
    [toolExec(7, ["ls", "-la"]), '{"event":{"ToolExec":{"pid":7,"argv":["ls","-la"]}}}'],
    [toolExec(7, [""]), '{"event":{"ToolExec":{"pid":7,"argv":[""]}}}'],
    [egress(7, "10.0.0.1", 443), '{"event":{"Egress":{"pid":7,"peer":"10.0.0.1","port":443}}}'],
    [egress(7, "10.0.0.1"), '{"event":{"Egress":{"pid":7,"peer":"10.0.0.1","port":0}}}'],
    [fileAccess(7, "/a b"), '{"event":{"FileAccess":{"pid":7,"path":"/a b","write":false}}}'],
    [fileAccess(7, "/a", true), '{"event":{"FileAccess":{"pid":7,"path":"/a","write":true}}}'],
    [fileDelete(7, "/a"), '{"event":{"FileDelete":{"pid":7,"path":"/a"}}}'],
    [dns(7, "a.test"), '{"event":{"Dns":{"pid":7,"query":"a.test"}}}'],
    [sslContent(7, 'say "hi"\n'), '{"event":{"SslContent":{"pid":7,"is_read":false,"content":"say \\"hi\\"\\n"}}}'],
    [sslContent(7, "", true), '{"event":{"SslContent":{"pid":7,"is_read":true,"content":""}}}'],
    [securityAction(7, "ptrace", 9), '{"event":{"SecurityAction":{"pid":7,"kind":"ptrace","detail":9}}}'],
    [securityAction(7, "bind"), '{"event":{"SecurityAction":{"pid":7,"kind":"bind","detail":0}}}'],
    [
      securityAction(0, "bind", 2n ** 64n - 1n),
      '{"event":{"SecurityAction":{"pid":0,"kind":"bind","detail":18446744073709551615}}}',
    ],
    [
      llmActivations(2 ** 32 - 1, 20, [
        [8801, 0.5],
        [1, -1e-7],
      ]),
      '{"event":{"LlmActivations":{"pid":4294967295,"layer":20,"features":[[8801,0.5],[1,-1e-7]]}}}',
    ],
    [toolCall("Read", { path: "/a" }), '{"event":{"ToolCall":{"tool":"Read","args":{"path":"/a"}}}}'],
    [
      toolCall("t", null, { server: "s", cwd: "/w", pid: 7, agent: "a" }),
      '{"identity":{"agent":"a"},"event":{"ToolCall":{"tool":"t","args":null,"server":"s","cwd":"/w","pid":7}}}',
    ],
  ])("%s", (made, json) => {
    expect(made).toBe(json);
    expect(() => JSON.parse(made)).not.toThrow();
  });

  it("takes the path of a `file://` URL", () => {
    expect(fileAccess(7, "file:///etc/my%20file")).toBe(fileAccess(7, "/etc/my file"));
    expect(fileDelete(7, "FILE://localhost/a")).toBe(fileDelete(7, "/a"));
    for (const url of ["file://server/a", "file:///%ff"]) {
      expect(() => fileAccess(7, url)).toThrow(
        new TypeError("`path` must be a path, or the `file://` URL of a local file"),
      );
    }
  });

  it("takes an IPv6 address as a peer", () => {
    expect(egress(7, "::1", 80)).toBe('{"event":{"Egress":{"pid":7,"peer":"::1","port":80}}}');
  });

  it.each([
    [() => egress(7, "10.0.0.1:80"), "`peer` must be an IP address or a host name without a port"],
    [() => egress(7, "[::1]:80"), "`peer` must be an IP address or a host name without a port"],
    [() => egress(7, "http://a.test/x"), "`peer` must be an IP address or a host name, not a URL"],
    [() => dns(7, "https://a.test"), "`query` must be a host name, not a URL"],
    [() => toolExec(7, []), "`argv` must not be empty"],
    [() => egress(7, ""), "`peer` must not be empty"],
    [() => dns(7, ""), "`query` must not be empty"],
    [() => fileAccess(7, ""), "`path` must not be empty"],
    [() => fileDelete(7, ""), "`path` must not be empty"],
    [() => securityAction(7, ""), "`kind` must not be empty"],
  ])("refuses what can only be a mistake: %s", (build, why) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(why);
  });

  it("puts the actor into the envelope", () => {
    const options = { agent: "py", task: "12", session: "s", provider: "Anthropic" };
    expect(dns(1, "a", options)).toBe(
      '{"identity":{"agent":"py","task":"12","session":"s"},"provider":"Anthropic","event":{"Dns":{"pid":1,"query":"a"}}}',
    );
    expect(dns(1, "a", { provider: "x" })).toBe('{"provider":"x","event":{"Dns":{"pid":1,"query":"a"}}}');
    expect(dns(1, "a", {})).toBe(dns(1, "a"));
  });

  it("writes a lone surrogate as an escape, so that the JSON is valid UTF-8", () => {
    expect(dns(1, "a\ud800b")).toBe('{"event":{"Dns":{"pid":1,"query":"a\\ud800b"}}}');
  });
});

describe("a builder throws an error that names the argument and its value", () => {
  const any = (value: unknown) => value as never;
  it.each<[() => unknown, string]>([
    [() => dns(-1, "a"), "`pid` must be an unsigned 32-bit integer, not -1"],
    [() => dns(2 ** 32, "a"), "`pid` must be an unsigned 32-bit integer, not 4294967296"],
    [() => dns(1.5, "a"), "`pid` must be an unsigned 32-bit integer, not 1.5"],
    [() => dns(Number.NaN, "a"), "`pid` must be an unsigned 32-bit integer, not NaN"],
    [() => dns(any("1"), "a"), "`pid` must be an unsigned 32-bit integer, not a value of type string"],
    [() => dns(any(1n), "a"), "`pid` must be an unsigned 32-bit integer, not 1"],
    [() => dns(1, any(undefined)), "`query` must be a string, not undefined"],
    [() => egress(1, "a", 65_536), "`port` must be an integer from 0 to 65535, not 65536"],
    [() => egress(1, "a", -1), "`port` must be an integer from 0 to 65535, not -1"],
    [() => egress(1, any(null)), "`peer` must be a string, not null"],
    [() => toolExec(1, any("ls -la")), "`argv` must be an array of strings, not a value of type string"],
    [() => toolExec(1, ["ls", any(1)]), "`argv[1]` must be a string, not 1"],
    [() => toolExec(1, any(new Array(1))), "`argv[0]` must be a string, not undefined"],
    [() => fileAccess(1, "/a", any(1)), "`write` must be a boolean, not 1"],
    [() => sslContent(1, any(["a"])), "`content` must be a string, not an array"],
    [() => securityAction(1, "bind", -1n), "`detail` must be an unsigned 64-bit integer"],
    [() => securityAction(1, "bind", 2n ** 64n), "`detail` must be an unsigned 64-bit integer"],
    [() => securityAction(1, "bind", 2 ** 53), "`detail` must be an unsigned 64-bit integer"],
    [() => llmActivations(1, -1, []), "`layer` must be an unsigned 32-bit integer, not -1"],
    [() => llmActivations(1, 1, [[1, Number.POSITIVE_INFINITY]]), "`features[0][1]` must be a finite 32-bit float"],
    [() => llmActivations(1, 1, [[1, 1e39]]), "`features[0][1]` must be a finite 32-bit float, not 1e+39"],
    [() => llmActivations(1, 1, [any([1])]), "`features[0]` must be an [id, activation] pair, not an array"],
    [() => llmActivations(1, 1, [[-1, 1]]), "`features[0][0]` must be an unsigned 32-bit integer, not -1"],
    [() => dns(1, "a", { agent: any(5) }), "`agent` must be a string, not 5"],
    [() => dns(1, "a", any("py")), "`options` must be an object, not a value of type string"],
  ])("%s", (call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it("for an event that may be too large to be judged", () => {
    expect(() => sslContent(1, "é".repeat(8 * 1024 * 1024))).toThrow(RangeError);
    expect(sslContent(1, "é".repeat(1024 * 1024 * 7)).length).toBeGreaterThan(1024 * 1024 * 7);
  });
});
