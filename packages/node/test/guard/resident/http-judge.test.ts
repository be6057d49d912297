// The judge by http: only callers of this machine that know the token are answered.
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { serveHttp, tokenIn } from "../../../src/guard/resident/http-judge.js";
import { scratch } from "../../support/scratch.js";

const TOKEN = "t".repeat(43);

async function setUp(answer = async (body: Uint8Array) => `got ${body.length}`) {
  const answerHost = async (host: string, body: Uint8Array) => ({ status: 200, body: `${host} ${body.length}` });
  const http = await serveHttp(0, { token: TOKEN, answer, answerHost, refusal: (why) => `refused: ${why}` });
  onTestFinished(() => http.close());
  return new URL(http.url);
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
}

function send(url: URL, { headers = {}, method = "POST", path = "/v1/judge", body = "{}" }: Sent): Promise<string> {
  const all = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers };
  return new Promise((resolve, reject) => {
    const sent = request({ port: url.port, host: "127.0.0.1", method, path, headers: all }, (response) => {
      let text = "";
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve(`${response.statusCode} ${text.trim()}`));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

it("a request with the token is answered", async () => {
  expect(await send(await setUp(), { body: '{"v":1}' })).toBe("200 got 7");
});

it("what a host posts is answered for that host", async () => {
  expect(await send(await setUp(), { path: "/hook/claude-code", body: "{}" })).toBe("200 claude-code 2");
});

describe("a request is refused", () => {
  it.each<[string, Sent, RegExp]>([
    ["without the token", { headers: { authorization: "" } }, /^401 /],
    ["with a wrong token", { headers: { authorization: `Bearer ${"u".repeat(43)}` } }, /^401 /],
    ["to another name", { headers: { host: "evil.example:80" } }, /^403 .*127.0.0.1/],
    ["from a page", { headers: { origin: "http://127.0.0.1" } }, /^403 .*pages/],
    ["from a page without an origin", { headers: { "sec-fetch-site": "cross-site" } }, /^403 .*pages/],
    ["as a form", { headers: { "content-type": "text/plain" } }, /^415 /],
    ["by GET", { method: "GET" }, /^405 /],
    ["at another path", { path: "/" }, /^404 /],
    ["over 4 MiB", { body: "x".repeat(4 * 1024 * 1024 + 1) }, /^413 /],
  ])("%s", async (_, sent, reply) => {
    expect(await send(await setUp(), sent)).toMatch(reply);
  });
});

it("a caller that sends half of its request does not delay others", async () => {
  const url = await setUp();
  const hanging = connect(Number(url.port), "127.0.0.1");
  onTestFinished(() => void hanging.destroy());
  hanging.write(`POST /v1/judge HTTP/1.1\r\nhost: 127.0.0.1:${url.port}\r\nauthorization: Bearer ${TOKEN}\r\n`);
  expect(await send(url, {})).toBe("200 got 2");
});

describe("the token file", () => {
  it("is made for its user alone, and kept", () => {
    const path = join(scratch(), "token");
    const token = tokenIn(path);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(tokenIn(path)).toBe(token);
    expect(readFileSync(path, "utf8")).toBe(`${token}\n`);
  });

  it.each([
    ["that others may read", 0o644, TOKEN, /others may read/],
    ["with a short token", 0o600, "x", /too short/],
  ])("%s is refused", (_, mode, text, why) => {
    const path = join(scratch(), "token");
    writeFileSync(path, text);
    chmodSync(path, mode);
    expect(() => tokenIn(path)).toThrow(why);
  });
});
