// `a3s-sentry preview`: who may read the page, and who may write the policy.

import { readFileSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Running, run, scratch, start } from "./command.js";

const POLICY = "# </script><b>\nfail_closed = true\n";

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request with any headers, also those that `fetch` does not let a program set. */
function send(url: string, { method = "GET", headers = {}, body = "" }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, async (response) => {
      const text = (await response.setEncoding("utf8").toArray()).join("");
      resolve({ status: response.statusCode, headers: response.headers, body: text });
    });
    sent.on("error", reject).end(body);
  });
}

/** The command with a policy, and its address. */
async function serve(...flags: readonly string[]): Promise<{ running: Running; file: string; url: string }> {
  const file = join(scratch(), "site.acl");
  writeFileSync(file, POLICY);
  const running = start(["preview", file, ...flags]);
  await running.until(({ stdout }) => stdout.endsWith("\n"));
  return { running, file, url: running.stdout.trim() };
}

/** What the page opens. */
async function opened(url: string): Promise<{ text: string; revision?: string }> {
  const { body } = await send(url);
  return JSON.parse(/id="opened">([^<]*)</.exec(body)?.[1] ?? "");
}

async function save(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { revision = "" } = await opened(url);
  const { origin } = new URL(url);
  return await send(`${url}policy`, { method: "PUT", body, headers: { origin, "if-match": revision, ...headers } });
}

it("serves the page with the policy as inert data, and forbids everything else", async () => {
  const { url } = await serve("--write");
  const { status, headers, body } = await send(url);
  expect(status).toBe(200);
  expect(headers["content-security-policy"]).toMatch(
    /^default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'$/,
  );
  expect(body.match(/<\/script>/g)).toHaveLength(2);
  expect((await opened(url)).text).toBe(POLICY);
});

it("is found only with its secret, by its own names, and by known paths", async () => {
  const { url } = await serve();
  expect((await send(`${new URL(url).origin}/`)).status).toBe(404);
  expect((await send(url.replace(/.\/$/, "/"))).status).toBe(404);
  expect((await send(url, { headers: { host: "attacker.example" } })).status).toBe(403);
  expect((await send(`${url}%2e%2e/package.json`)).status).toBe(404);
  expect((await send(`${url}assets/../../package.json`)).status).toBe(404);
  expect((await send(url, { method: "POST" })).status).toBe(405);
});

it("saves for its own page alone, and loses nobody's change", async () => {
  const { url, file } = await serve("--write");
  expect((await save(url, "a = 1", { origin: "https://attacker.example" })).status).toBe(403);
  expect((await save(url, "a = 1", { origin: "null" })).status).toBe(403);
  expect((await save(url, "a = 1", { "if-match": "another" })).status).toBe(409);
  expect((await save(url, "x".repeat(1024 * 1024 + 1))).status).toBe(413);
  expect(readFileSync(file, "utf8")).toBe(POLICY);
  expect((await save(url, "dry_run = true\n")).status).toBe(200);
  expect(readFileSync(file, "utf8")).toBe("dry_run = true\n");
});

it("without `--write`, saves nothing and allows no connections", async () => {
  const { url, file, running } = await serve();
  const page = await send(url);
  expect(page.headers["content-security-policy"]).toContain("connect-src 'none'");
  expect(await opened(url)).toEqual({ name: "site.acl", text: POLICY, format: "acl", includes: [] });
  expect((await save(url, "a = 1")).status).toBe(403);
  expect(readFileSync(file, "utf8")).toBe(POLICY);
  running.child.kill("SIGINT");
  expect(await running.ended).toMatchObject({ code: 0 });
});

it("gives the page the files that the policy includes, and no others", async () => {
  const folder = scratch();
  writeFileSync(join(folder, "site.acl"), 'include { files = ["*.rules.acl", "/etc/hostname"] }\n');
  writeFileSync(join(folder, "a.rules.acl"), "# a\n");
  writeFileSync(join(folder, "other.acl"), "# other\n");
  const running = start(["preview", join(folder, "site.acl")]);
  await running.until(({ stdout }) => stdout.endsWith("\n"));
  expect(await opened(running.stdout.trim())).toMatchObject({
    includes: [{ pattern: "*.rules.acl", from: null, files: [{ text: "# a\n" }] }],
  });
});

it("names what is wrong with its arguments", async () => {
  expect((await run(["preview", "--write"])).stderr).toContain("needs a policy");
  expect((await run(["preview", join(scratch(), "gone.acl")])).stderr).toContain("there is no such file");
  expect((await run(["preview", "--port", "x"])).stderr).toContain("invalid port `x`");
});
