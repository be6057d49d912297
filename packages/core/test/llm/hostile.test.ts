// L2 with a misbehaving endpoint: every failure is an escalation with a reason, never an allow, and
// no socket stays open.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { llmTier } from "../../src/llm/index.js";
import { type Answer, completion, endpoint, json, says } from "../support/endpoint.js";
import { EVENT, never } from "../support/event.js";

const KEY = "sk-test-0123456789";
const ALLOW = '{"verdict":"allow","severity":"info","reason":"fine"}';
/** Long enough for every endpoint that answers. */
const PATIENT = 60;
/** For endpoints that never answer. */
const HASTY = 0.5;

const judge = (url: string, timeoutS = PATIENT, signal = never()) =>
  llmTier({ url, model: "m", key: KEY, timeoutS }).judge(EVENT, { signal });

async function expectUnavailable(url: string, why: string | RegExp, timeoutS = PATIENT): Promise<void> {
  const decision = await judge(url, timeoutS);
  expect(decision).toEqual({
    verdict: "escalate",
    severity: "medium",
    reason: expect.stringMatching(/^L2 unavailable: ./),
  });
  expect(decision.reason.slice("L2 unavailable: ".length)).toMatch(why);
  expect(decision.reason).not.toContain(KEY);
}

const NO_OBJECT = /^the reply has no JSON object$/;
const NO_COMPLETION = /^its reply is not a chat completion with a text$/;
const head = { "content-type": "application/json" };
const answers = (answer: object): Answer => says(JSON.stringify(answer));

describe("an invalid answer", () => {
  it.each<[string, Answer, RegExp]>([
    ["prose", says("I think this is fine."), NO_OBJECT],
    ["nothing", says(""), NO_OBJECT],
    ["the bare word", says("allow"), NO_OBJECT],
    ["broken JSON", says('{"verdict": "allow", severity: }'), NO_OBJECT],
    [
      "several objects",
      says(`${ALLOW} or rather ${ALLOW.replace("allow", "escalate")}`),
      /^the reply has several JSON objects$/,
    ],
    ["deny", answers({ verdict: "deny" }), /^the reply has no `verdict`/],
    ["true", answers({ verdict: true }), /^the reply has no `verdict`/],
    ["null", answers({ verdict: null }), /^the reply has no `verdict`/],
    ["Allow", answers({ verdict: "Allow" }), /^the reply has no `verdict`/],
    ["a content that is null", says(null), NO_COMPLETION],
    ["a content that is an object", says({ verdict: "allow" }), NO_COMPLETION],
    ["a content in parts", says([{ type: "text", text: ALLOW }]), NO_COMPLETION],
    ["no choices", json('{"id":"c"}'), NO_COMPLETION],
    ["empty choices", json('{"choices":[]}'), NO_COMPLETION],
    ["choices of null", json('{"choices":[null]}'), NO_COMPLETION],
    ["choices that are an object", json('{"choices":{"0":5}}'), NO_COMPLETION],
    ["a message of null", json('{"choices":[{"message":null}]}'), NO_COMPLETION],
    ["the verdict without a completion around it", json(ALLOW), NO_COMPLETION],
    ["null", json("null"), NO_COMPLETION],
    ["a text", json('"allow"'), NO_COMPLETION],
    ["HTML", json("<html>Bearer</html>"), /^its reply is not JSON$/],
    ["an empty body", json(""), /^its reply is not JSON$/],
    [
      "another content type",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end(completion(ALLOW)),
      NO_COMPLETION,
    ],
    ["no content type", (response) => response.writeHead(200).end(completion(ALLOW)), NO_COMPLETION],
    [
      "a stream of events",
      (response) =>
        response.writeHead(200, { "content-type": "text/event-stream" }).end(`data: ${completion(ALLOW)}\n\n`),
      /^its reply is not JSON$/,
    ],
  ])("%s", async (_, answer, why) => {
    const { url, received } = await endpoint(answer);
    await expectUnavailable(url, why);
    expect(received).toHaveLength(1);
  });
});

describe("a status other than 200, without a retry,", () => {
  it.each([201, 202, 204, 205, 206])("%d is not an answer", async (status) => {
    const { url, received } = await endpoint((response) => response.writeHead(status, head).end(completion(ALLOW)));
    await expectUnavailable(url, NO_COMPLETION);
    expect(received).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 408, 409, 418, 429, 500, 503, 529])(
    "%d is reported, whatever the body says",
    async (status) => {
      const body = JSON.stringify({ ...JSON.parse(completion(ALLOW)), error: { message: `Bearer ${KEY}`, code: KEY } });
      const headers = { "retry-after": "0", "x-should-retry": "true", "x-request-id": KEY };
      const { url, received } = await endpoint(json(body, status, headers));
      await expectUnavailable(url, new RegExp(`^HTTP ${status}$`));
      expect(received).toHaveLength(1);
    },
  );

  it("with an endless body does not wait for it", async () => {
    const { url, closed } = await endpoint((response) => response.writeHead(500, head).write("{"));
    await expectUnavailable(url, /^HTTP 500$/);
    expect(await closed).toEqual({ complete: false });
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])(
    "of %d is not followed: no other host gets the key or the event",
    async (status) => {
      const other = await endpoint(says(ALLOW));
      const { url } = await endpoint((response) =>
        response.writeHead(status, { location: `${other.url}/chat/completions` }).end(),
      );
      await expectUnavailable(url, new RegExp(`^it redirects \\(HTTP ${status}\\)$`));
      expect(other.received).toEqual([]);
    },
  );

  it("to itself is not followed either", async () => {
    const { url, received } = await endpoint((response) =>
      response.writeHead(307, { location: "/v1/chat/completions" }).end(),
    );
    await expectUnavailable(url, /^it redirects/);
    expect(received).toHaveLength(1);
  });
});

describe("too much", () => {
  const large = "x".repeat(50_000_000);

  /** Sends 800 chunks as fast as they are taken. */
  async function inChunks(response: ServerResponse, onChunk: () => void): Promise<void> {
    function* chunks() {
      for (let i = 0; i < 800; i++) {
        onChunk();
        yield "x".repeat(62_500);
      }
    }
    await pipeline(Readable.from(chunks()), response.writeHead(200, head)).catch(() => {});
  }

  it.each<[string, Answer]>([
    ["a reply of 50 MB", json(completion(`${ALLOW}${large}`))],
    ["50 MB in chunks, without a length", (response) => inChunks(response, () => {})],
    [
      "50 MB compressed to a few kB",
      (response) => response.writeHead(200, { ...head, "content-encoding": "gzip" }).end(gzipSync(completion(large))),
    ],
  ])("%s", async (_, answer) => {
    const { url, closed } = await endpoint(answer);
    await expectUnavailable(url, /^its reply is larger than 1 MiB$/);
    await closed;
  });

  it("is not read to its end", async () => {
    let sent = 0;
    const { url, closed } = await endpoint((response) => inChunks(response, () => sent++));
    await expectUnavailable(url, /^its reply is larger than 1 MiB$/);
    await closed;
    // The operating system buffers some MB.
    expect(sent).toBeLessThan(400);
  });

  it("begins after 1 MiB", async () => {
    const [before = "", after = ""] = completion(`${ALLOW}PADDING`).split("PADDING");
    const padding = " ".repeat(1024 * 1024 - before.length - after.length);
    const { url } = await endpoint(json(before + padding + after));
    expect((await judge(url)).verdict).toBe("allow");
    const more = await endpoint(json(`${before} ${padding}${after}`));
    await expectUnavailable(more.url, /^its reply is larger than 1 MiB$/);
  });
});

describe("at the deadline, L2 stops and closes the connection:", () => {
  it.each<[string, Answer]>([
    ["headers that never come", () => {}],
    ["a body that never comes", (response) => response.writeHead(200, head).flushHeaders()],
    ["a body that never ends", (response) => response.writeHead(200, head).write(completion(ALLOW))],
    [
      "a body that is shorter than its length",
      (response) => response.writeHead(200, { ...head, "content-length": "1000000" }).write(completion(ALLOW)),
    ],
    [
      "a byte every 10 ms",
      (response) => {
        response.writeHead(200, head);
        const timer = setInterval(() => response.write(" "), 10);
        response.once("close", () => clearInterval(timer));
      },
    ],
  ])("%s", async (_, answer) => {
    const { url, closed } = await endpoint(answer);
    await expectUnavailable(url, /^no answer within 0\.5 s$/, HASTY);
    expect(await closed).toEqual({ complete: false });
  });
});

describe("a connection that fails", () => {
  /** A server that does not speak HTTP. */
  async function raw(talk: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => talk(socket));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as { port: number }).port}/v1`;
  }

  it("because no one listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    await expectUnavailable(`http://127.0.0.1:${port}/v1`, /^the connection failed \(ECONNREFUSED\)$/);
  });

  it("because the host does not exist", async () => {
    await expectUnavailable(
      "http://no-such-host.invalid/v1",
      /^(?:the connection failed(?: \(\w+\))?|no answer within 10 s)$/,
      10,
    );
  });

  it("because the URL is invalid", async () => {
    await expectUnavailable("http://[::1/v1", /^the connection failed/);
    await expectUnavailable(`http://user:${KEY}@127.0.0.1/v1`, /^the connection failed/);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["reset before an answer", (socket) => socket.resetAndDestroy()],
    ["closed before an answer", (socket) => socket.end()],
    [
      "reset half-way",
      (socket) =>
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n${completion(ALLOW)}`,
          () => socket.resetAndDestroy(),
        ),
    ],
    [
      "closed half-way",
      (socket) =>
        socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n${completion(ALLOW)}`,
        ),
    ],
    [
      "closed in the middle of a chunk",
      (socket) =>
        socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n${completion(ALLOW)}`,
        ),
    ],
    ["of another protocol", (socket) => socket.end("220 mail ready\r\n")],
    ["with endless headers", (socket) => socket.write(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(100_000)}`)],
  ])("%s", async (_, talk) => {
    await expectUnavailable(await raw(talk), /^the connection failed/);
  });

  it("because the compression is broken", async () => {
    const { url } = await endpoint((response) =>
      response.writeHead(200, { ...head, "content-encoding": "gzip" }).end(completion(ALLOW)),
    );
    await expectUnavailable(url, /^the connection failed/);
  });
});

describe("the caller's abort", () => {
  it.each<[string, Answer]>([
    ["before the headers", () => {}],
    ["in the body", (response) => response.writeHead(200, head).write("{")],
  ])("%s rejects with its reason and closes the connection", async (_, answer) => {
    let arrived = (): void => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { url, closed } = await endpoint((response, request) => {
      answer(response, request);
      arrived();
    });
    const controller = new AbortController();
    const waiting = judge(url, PATIENT, controller.signal);
    await there;
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await closed).toEqual({ complete: false });
  });

  it("beforehand sends nothing", async () => {
    const { url, received } = await endpoint(says(ALLOW));
    await expect(judge(url, PATIENT, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    expect(received).toEqual([]);
  });

  it("leaves no listener on a signal that outlives the call", async () => {
    const { url } = await endpoint(says(ALLOW));
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    await judge(url, PATIENT, signal);
    expect(add).toHaveBeenCalled();
    expect(new Set(remove.mock.calls.map(([, listener]) => listener))).toEqual(
      new Set(add.mock.calls.map(([, listener]) => listener)),
    );
  });
});
