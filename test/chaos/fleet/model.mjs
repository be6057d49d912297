// A slow tier: an endpoint that allows everything after a while.

import { createServer } from "node:http";

/** Starts it on a free port. @param {number} ms how long it takes for an answer */
export async function startModel(ms) {
  const content = JSON.stringify({ verdict: "allow", severity: "low", reason: "a build" });
  const reply = JSON.stringify({ choices: [{ message: { role: "assistant", content } }] });
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    setTimeout(() => response.setHeader("content-type", "application/json").end(reply), ms);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    get requests() {
      return requests;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
