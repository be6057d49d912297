// A mock model on loopback, for L2 in each runtime.

import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** The reason in every answer. */
export const SAID = "made up";

const CONTENT = JSON.stringify({ verdict: "block", severity: "high", reason: SAID });
const BODY = JSON.stringify({ choices: [{ message: { role: "assistant", content: CONTENT } }] });

/** Answers a chat completion. */
export const model: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/json" }).end(BODY);
};

/** Starts the endpoint until the test ends, and returns its host and port. */
export async function startModel(): Promise<string> {
  const server = createServer(model).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Returns statements that define `second`, the decision of L2 at the endpoint whose origin is the
 * expression `origin`.
 */
export const judgeByModel = (origin: string): string => `
const settings = { url: ${origin} + "/v1", model: "m", key: "sk-0123456789", timeoutS: 60 };
const thorough = await Sentry.create("", { tiers: { l2: llmTier(settings) } });
const second = await thorough.evaluate(fileAccess(1, "/home/u/.ssh/id_rsa"));
`;
