// An HTTP server on loopback with the one path of an OpenAI-compatible endpoint that the tiers use.

import { createServer } from "node:http";
import { answer } from "./answers.mjs";

const PATH = "/v1/chat/completions";
const MAX_BODY = 1 << 20;

/**
 * @param {{ port?: number, delayMs?: number }} [options] port 0, which is the default, takes a free one
 * @returns {Promise<{ url: string, answered(): number, close(): Promise<void> }>} `url` is what `llm { url = … }` takes
 */
export async function startEndpoint({ port = 0, delayMs = 0 } = {}) {
  let answered = 0;
  const server = createServer(async (request, response) => {
    if (request.method !== "POST" || request.url !== PATH)
      return send(response, 404, failure(`only POST ${PATH} is answered`));
    const question = await questionOf(request);
    if (question === undefined) return send(response, 400, failure("the body is no JSON object, or over 1 MiB"));
    const reply = () => {
      answered += 1;
      send(response, 200, completion(question));
    };
    const timer = setTimeout(reply, delayMs);
    response.on("close", () => clearTimeout(timer));
  });
  await new Promise((resolve, reject) => {
    server.on("error", reject).listen(port, "127.0.0.1", () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    answered: () => answered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param {import("node:http").IncomingMessage} request @returns {Promise<import("./answers.mjs").Question | undefined>} */
async function questionOf(request) {
  const chunks = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      length += chunk.length;
      if (length > MAX_BODY) return undefined;
      chunks.push(chunk);
    }
    const question = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof question === "object" && question !== null ? question : undefined;
  } catch {
    return undefined;
  }
}

/** @param {import("./answers.mjs").Question} question */
function completion(question) {
  const message = answer(question);
  const finish_reason = "tool_calls" in message ? "tool_calls" : "stop";
  return {
    id: "stand-in",
    object: "chat.completion",
    created: 0,
    model: String(question.model),
    choices: [{ index: 0, message, finish_reason }],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
}

/** @param {string} message */
function failure(message) {
  return { error: { message: `a stand-in for a model: ${message}`, type: "invalid_request_error" } };
}

/** @param {import("node:http").ServerResponse} response @param {number} status @param {object} body */
function send(response, status, body) {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
