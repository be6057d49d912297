// The endpoint of a run, by real HTTP.
import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Endpoint, serve } from "../../../src/daemon/telemetry/http-endpoint.js";

const ENDPOINT: Endpoint = {
  metrics: async () => ({ type: "text/plain; version=0.0.4", text: "sentry_ü 1\n" }),
  healthy: () => true,
};

async function start(endpoint: Partial<Endpoint> = {}, host = "127.0.0.1"): Promise<string> {
  const listening = await serve({ host, port: 0, text: "" }, { ...ENDPOINT, ...endpoint });
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

it("answers a call whose page cannot be made, and the next one too", async () => {
  const url = await start({ metrics: () => Promise.reject(new Error("a secret")) });
  const { status, body } = await call(url);
  expect([status, body]).toEqual([500, "the page could not be made\n"]);
  expect((await call(health(url))).status).toBe(200);
});

it("tells whether the run is well, or drains", async () => {
  let healthy = true;
  const url = health(await start({ healthy: () => healthy }));
  expect(await call(url)).toMatchObject({ status: 200, body: "ok\n" });
  healthy = false;
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
  "knows nothing of %s",
  async (path) => {
    const url = new URL(await start());
    const sent = request({ host: url.hostname, port: url.port, path, agent: false });
    sent.end();
    const [response] = await once(sent, "response");
    response.resume();
    expect(response.statusCode).toBe(404);
  },
);

it("listens at an address of IPv6", async () => {
  const url = await start({}, "::1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") return undefined;
    throw error;
  });
  if (url === undefined) return;
  expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
  expect((await call(url)).status).toBe(200);
});

it("cannot have an address that is taken", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await expect(serve({ host: "127.0.0.1", port, text: "" }, ENDPOINT)).rejects.toMatchObject({ code: "EADDRINUSE" });
});

/** Sends `text`, and gives what came back until the connection was closed. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let back = "";
  socket.setEncoding("utf8").on("data", (part) => (back += part));
  // The system may reset a connection whose other end was closed with bytes unread: what came before that counts.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.write(text);
  await closed;
  return back;
}

describe("a caller that asks for much at once", () => {
  const GET = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

  it("gets one answer, and no more are made", async () => {
    let made = 0;
    const url = await start({ metrics: async () => ({ type: "text/plain", text: `${++made}\n` }) });
    await raw(url, GET.repeat(1000));
    expect(made).toBe(1);
  });

  it("keeps no connection: 64 callers would have all of them for good", async () => {
    // Written by hand: where Node.js writes `Connection: close` of itself, it waits for the caller to do so.
    expect(await raw(await start(), GET)).toContain("\r\nconnection: close\r\n");
  });
});

describe("a caller that takes its time", () => {
  it.each([
    ["with its head", "GET /metrics HTTP/1.1\r\nHost: x\r\n"],
    ["with its body", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"],
    ["with anything", ""],
  ])("%s is shown out", { timeout: 30_000 }, async (_, text) => {
    const url = await start();
    const back = await raw(url, text);
    expect(back === "" || /^HTTP\/1\.1 4/.test(back)).toBe(true);
    expect((await call(url)).status).toBe(200);
  });

  it("or sends a head of 100 KB is too", async () => {
    const url = await start();
    expect(await raw(url, `GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it("makes room for one that does not", async () => {
    const url = await start();
    const silent = Array.from({ length: 200 }, () => raw(url, ""));
    // One after the other is accepted in order, so all of them are by the time this one is.
    expect(await call(health(url))).toMatchObject({ status: 200 });
    expect(await Promise.race(silent)).toBe("");
  });

  it("does not hold up the end", async () => {
    const listening = await serve({ host: "127.0.0.1", port: 0, text: "" }, ENDPOINT);
    const back = raw(listening.url, "GET /metrics HTTP/1.1\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    listening.close();
    expect(await back).toBe("");
  });
});
