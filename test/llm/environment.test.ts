// L2 in a separate program: variables of OpenAI clients change nothing, and nothing is logged.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { must } from "../packaging/process.js";

/** Short, so that an error with the beginning of a text would contain all of it. */
const KEY = "sk-policy";
const ENVIRONMENT_KEY = "sk-environment";

/** Judges one event for each path below the address, and prints all decisions and errors. */
const PROGRAM = `
import { inspect } from "node:util";
import { Sentry, fileAccess } from "@a3s-sentry/core";
import { chatClient, llmTier } from "@a3s-sentry/core/llm";
const [address, key, ...paths] = JSON.parse(process.env.ARGS);
const event = fileAccess(1, "/home/u/.ssh/id_rsa");
const shown = (thing) => inspect(thing, { depth: 20, showHidden: true });
for (const path of paths) {
  const url = path === "refused" ? "http://127.0.0.1:9/v1" : address + path;
  const policy = \`llm { url = "\${url}" model = "m" timeout_s = \${path === "silent" ? 0.2 : 60} key = env("KEY", "") }\`;
  const sentry = await Sentry.create(policy, { env: { KEY: key }, tiers: ({ llm }) => ({ l2: llmTier(llm) }) });
  console.log(path, (await sentry.evaluate(event)).reason, shown(sentry));
  const signal = AbortSignal.timeout(path === "silent" ? 200 : 60000);
  const messages = [{ role: "user", content: "hi" }];
  const error = await chatClient({ url, key }).complete({ model: "m", messages }, { signal }).catch((error) => error);
  console.log(shown(error), String(error.stack));
  sentry.close();
}
`;

async function serve(received: (string | undefined)[], other: string): Promise<string> {
  const server: Server = createServer((request, response) => {
    received.push(request.headers.authorization);
    const body = JSON.stringify({
      error: { message: `${request.headers.authorization}`, code: request.headers.authorization },
    });
    const kind = { "content-type": "application/json", "x-request-id": String(request.headers.authorization) };
    if (request.url?.startsWith("/silent")) return;
    if (request.url?.startsWith("/redirect")) response.writeHead(307, { ...kind, location: other }).end(body);
    else if (request.url?.startsWith("/401")) response.writeHead(401, kind).end(body);
    else if (request.url?.startsWith("/junk")) response.writeHead(200, kind).end(`${request.headers.authorization}`);
    else
      response
        .writeHead(200, kind)
        .end('{"choices":[{"message":{"content":"{\\"verdict\\":\\"allow\\",\\"reason\\":\\"ok\\"}"}}]}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

it.each([KEY, ""])("with the key %j: logs nothing, and asks no other address", async (key) => {
  const [asked, others]: (string | undefined)[][] = [[], []];
  const other = await serve(others ?? [], "");
  const address = await serve(asked ?? [], other);
  const paths = ["good", "401", "redirect", "junk", "silent", "refused"];
  const env = {
    ARGS: JSON.stringify([address, key, ...paths]),
    OPENAI_LOG: "debug",
    OPENAI_API_KEY: ENVIRONMENT_KEY,
    OPENAI_BASE_URL: other,
    OPENAI_ORG_ID: ENVIRONMENT_KEY,
    OPENAI_PROJECT_ID: ENVIRONMENT_KEY,
    OPENAI_WEBHOOK_SECRET: ENVIRONMENT_KEY,
  };
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const flags = ["--input-type=module", "--eval", PROGRAM];
  const { stdout, stderr } = await must(process.execPath, flags, { cwd, env });
  expect(stderr).toBe("");
  expect(stdout).not.toContain(ENVIRONMENT_KEY);
  if (key !== "") expect(stdout).not.toContain(key);
  // The program prints only lines that begin with a path, or with the name of what it inspected.
  for (const [path, reason] of [
    ["good", "L2: ok"],
    ["401", "L2 unavailable: HTTP 401"],
    ["redirect", "L2 unavailable: it redirects (HTTP 307)"],
    ["junk", "L2 unavailable: its reply is not JSON"],
    ["silent", "L2 unavailable: no answer within 0.2 s"],
    ["refused", "L2 unavailable: the connection failed"],
  ]) {
    expect(stdout).toContain(`${path} ${reason}`);
  }
  expect(stdout).not.toMatch(/log_|sending request|OpenAI:/);
  expect(asked).toEqual(Array(10).fill(key === "" ? undefined : `Bearer ${key}`));
  expect(others).toEqual([]);
});
