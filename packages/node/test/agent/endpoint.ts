// An OpenAI-compatible endpoint on loopback with scripted replies, and the built agent that asks
// it.
import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const MAIN = fileURLToPath(new URL("../../dist/agent/main.js", import.meta.url));

interface Message {
  readonly role: string;
  readonly content: string;
  readonly tool_call_id?: string;
}

/** A request of the agent. */
export interface Asked {
  readonly headers: IncomingMessage["headers"];
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly unknown[];
  readonly tool_choice?: string;
  readonly temperature?: number;
}

/** A message of the model, an HTTP status, or a function that writes the response. */
export type ScriptedReply = object | number | ((response: ServerResponse) => void);

export interface Endpoint {
  readonly url: string;
  readonly asked: Asked[];
}

/** Starts an endpoint that sends the replies in order, and repeats the last one. */
export async function endpoint(...replies: readonly ScriptedReply[]): Promise<Endpoint> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({ headers: request.headers, ...JSON.parse(Buffer.concat(chunks).toString()) });
    send(response, replies[Math.min(asked.length, replies.length) - 1] ?? 500);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

function send(response: ServerResponse, reply: ScriptedReply): void {
  if (typeof reply === "function") {
    reply(response);
  } else if (typeof reply === "number") {
    response.writeHead(reply, { "content-type": "application/json" }).end('{"error":"SECRET-OF-THE-ENDPOINT"}');
  } else {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(completion(reply)));
  }
}

function completion(message: object): object {
  return { id: "1", object: "chat.completion", choices: [{ index: 0, finish_reason: "stop", message }] };
}

/** A message with an answer. */
export function answer(verdict: string, reason = "because"): object {
  return { role: "assistant", content: JSON.stringify({ verdict, severity: "high", reason }) };
}

let ids = 0;

/** A message that calls tools. */
export function calls(...wanted: [name: string, args: string][]): object {
  const tool_calls = wanted.map(([name, args]) => ({
    id: `call-${ids++}`,
    type: "function",
    function: { name, arguments: args },
  }));
  return { role: "assistant", content: null, tool_calls };
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the agent with PATH and `env` alone in its environment. */
export function agent(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const { PATH } = process.env;
    execFile(process.execPath, [MAIN, ...args], { env: { PATH, ...env } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs the agent with an endpoint. */
export function investigate(
  { url }: Endpoint,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<Ended> {
  const own = { SENTRY_L3_URL: url, SENTRY_L3_MODEL: "m", SENTRY_L3_KEY: "SECRET-KEY" };
  return agent([...args, "--json", "-p", "judge this"], { ...own, ...env });
}
