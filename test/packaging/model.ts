// An endpoint on loopback that answers as a model would, for L2 in each runtime.

import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What it says of every event. */
export const SAID = "made up";

const CONTENT = JSON.stringify({ verdict: "block", severity: "high", reason: SAID });
const BODY = JSON.stringify({ choices: [{ message: { role: "assistant", content: CONTENT } }] });

/** Answers a chat completion. */
export const model: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/json" }).end(BODY);
};

/** Its host and port, as long as the test lasts. */
export async function startModel(): Promise<string> {
  const server = createServer(model).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A script's statements that end with `second`, L2's decision of the endpoint at the address that the expression `origin` gives. */
export const judgeByModel = (origin: string): string => `
const settings = { url: ${origin} + "/v1", model: "m", key: "sk-0123456789", timeoutS: 60 };
const thorough = await Sentry.create("", { tiers: { l2: llmTier(settings) } });
const second = await thorough.evaluate(fileAccess(1, "/home/u/.ssh/id_rsa"));
`;
