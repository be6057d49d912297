// The HTTP endpoint of a run, with real requests.

import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type EndpointSources, serve } from "../../../src/daemon/telemetry/http-endpoint.js";

const SOURCES: EndpointSources = {
  metrics: async () => ({ type: "text/plain; version=0.0.4", text: "sentry_ü 1\n" }),
  problem: () => undefined,
};

async function start(sources: Partial<EndpointSources> = {}, host = "127.0.0.1"): Promise<string> {
  const listening = await serve({ host, port: 0, text: "" }, { ...SOURCES, ...sources });
  onTestFinished(() => listening.close());
  return listening.url;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function call(url: string, method = "GET"): Promise<Answer> {
  const sent = request(url, { method, agent: false });
  sent.end();
  const [response] = await once(sent, "response");
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  return { status: response.statusCode, headers: response.headers, body: text };
}

const health = (url: string) => url.replace("/metrics", "/healthz");

it("serves metrics, with and without a query", async () => {
  const url = await start();
  const { status, headers, body } = await call(url);
  expect([status, body]).toEqual([200, "sentry_ü 1\n"]);
  expect(headers).toMatchObject({ "content-type": "text/plain; version=0.0.4", "content-length": "12" });
  expect((await call(`${url}?x=1`)).status).toBe(200);
});

it("answers 500 if the metrics cannot be rendered, and serves the next request", async () => {
  const url = await start({ metrics: () => Promise.reject(new Error("a secret")) });
  const { status, body } = await call(url);
  expect([status, body]).toEqual([500, "internal error\n"]);
  expect((await call(health(url))).status).toBe(200);
});

it("reports whether the run is healthy or drains", async () => {
  let problem: string | undefined;
  const url = health(await start({ problem: () => problem }));
  expect(await call(url)).toMatchObject({ status: 200, body: "ok\n" });
  problem = "draining";
  expect(await call(url)).toMatchObject({ status: 503, body: "draining\n" });
});

it("answers HEAD as GET, without a body", async () => {
  const url = await start();
  expect(await call(url, "HEAD")).toMatchObject({ status: 200, body: "", headers: { "content-length": "12" } });
});

it.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuses %s", async (method) => {
  const url = await start();
  expect(await call(url, method)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
});

it.each(["/", "/metrics/", "/metricsx", "/Metrics", "//metrics", "/healthz/x", "/../metrics"])(
  "answers 404 for %s",
  async (path) => {
    const url = new URL(await start());
    const sent = request({ host: url.hostname, port: url.port, path, agent: false });
    sent.end();
    const [response] = await once(sent, "response");
    response.resume();
    expect(response.statusCode).toBe(404);
  },
);

it("listens at an IPv6 address", async () => {
  const url = await start({}, "::1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") return undefined;
    throw error;
  });
  if (url === undefined) return;
  expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
  expect((await call(url)).status).toBe(200);
});

it("rejects if the address is in use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await expect(serve({ host: "127.0.0.1", port, text: "" }, SOURCES)).rejects.toMatchObject({ code: "EADDRINUSE" });
});

/** Sends `text`, and returns the response when the connection has closed. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let back = "";
  socket.setEncoding("utf8").on("data", (part) => (back += part));
  // The system may reset a connection that was closed with unread bytes: the bytes before that
  // count.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.write(text);
  await closed;
  return back;
}

describe("a client with many requests", () => {
  const GET = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

  it("gets one response, and no other is rendered", async () => {
    let made = 0;
    const url = await start({ metrics: async () => ({ type: "text/plain", text: `${++made}\n` }) });
    await raw(url, GET.repeat(1000));
    expect(made).toBe(1);
  });

  it("keeps no connection: 64 clients would occupy all of them", async () => {
    // Sent as raw text: if Node.js sets `Connection: close` by default, it waits for the client to
    // close.
    expect(await raw(await start(), GET)).toContain("\r\nconnection: close\r\n");
  });
});

describe("a slow client", () => {
  it.each([
    ["with its head", "GET /metrics HTTP/1.1\r\nHost: x\r\n"],
    ["with its body", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"],
    ["that sends nothing", ""],
  ])("%s is disconnected", { timeout: 30_000 }, async (_, text) => {
    const url = await start();
    const back = await raw(url, text);
    expect(back === "" || /^HTTP\/1\.1 4/.test(back)).toBe(true);
    expect((await call(url)).status).toBe(200);
  });

  it("with a head of 100 KB is disconnected", async () => {
    const url = await start();
    expect(await raw(url, `GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it("is disconnected for a new one", async () => {
    const url = await start();
    const idle = Array.from({ length: 200 }, () => raw(url, ""));
    // Connections are accepted in order, so all others have been accepted before this one.
    expect(await call(health(url))).toMatchObject({ status: 200 });
    expect(await Promise.race(idle)).toBe("");
  });

  it("does not delay the end", async () => {
    const listening = await serve({ host: "127.0.0.1", port: 0, text: "" }, SOURCES);
    const back = raw(listening.url, "GET /metrics HTTP/1.1\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    listening.close();
    expect(await back).toBe("");
  });
});
