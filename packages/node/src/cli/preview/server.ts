// The server of the page, on the loopback address alone.
//
// Other users of the machine and other pages of the browser can reach it too. So all paths begin
// with a secret, the name of the host must be this one, and only the page itself may save.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { PolicyError } from "@a3s-sentry/core";
import { listen, namesThisMachine, portOf } from "../../util/http-server.js";
import { isSameSecret } from "../../util/same-secret.js";
import { CliError, errorText } from "../io.js";
import type { PreviewedFile } from "./file.js";
import { pageOf } from "./page.js";
import type { Site } from "./site.js";

/** The largest policy, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export interface PreviewServer {
  /** The address to open, with the secret. */
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string | Buffer;
  /** The body compressed with brotli. */
  readonly brotli?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Served {
  readonly site: Site;
  readonly secret: string;
  /** The policy that the page opens. */
  readonly file: PreviewedFile | undefined;
}

/** Starts the server. Rejects with a `CliError` if the port is in use. */
export async function servePreview(served: Served, port: number): Promise<PreviewServer> {
  const server = createServer((request, response) => void respond(server, request, response, served));
  await listen(server, { host: "127.0.0.1", port }).catch((error: unknown) => {
    throw new CliError(`cannot listen on port ${port}: ${errorText(error)}`, { cause: error });
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}/${served.secret}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
  served: Served,
): Promise<void> {
  const answer = await answerTo(portOf(server), request, served).catch(
    (error: unknown): Answer => ({ status: 500, body: `${errorText(error)}\n` }),
  );
  const { status, type = "text/plain; charset=utf-8", headers } = answer;
  const takesBrotli = /\bbr\b/.test(request.headers["accept-encoding"] ?? "");
  const body = takesBrotli && answer.brotli !== undefined ? answer.brotli : answer.body;
  const coding = body === answer.brotli ? { "content-encoding": "br" } : {};
  response.writeHead(status, { ...HEADERS, "content-type": type, ...coding, ...headers });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answerTo(port: number, request: IncomingMessage, served: Served): Promise<Answer> {
  const { method = "", url = "", headers } = request;
  if (!namesThisMachine(headers, port)) {
    return { status: 403, body: "this server answers only to 127.0.0.1 and localhost\n" };
  }
  const [, secret = "", path = ""] = /^\/([^/?]*)\/([^?]*)/.exec(url) ?? [];
  if (!isSameSecret(secret, served.secret)) return { status: 404, body: "open the address that the command printed\n" };
  if (path === "policy") return method === "PUT" ? await save(request, served) : { status: 405, body: "use PUT\n" };
  if (method !== "GET" && method !== "HEAD") return { status: 405, body: "use GET\n" };
  const file = served.site.get(path === "" ? "index.html" : path);
  if (file === undefined) return { status: 404, body: "there is no such file\n" };
  if (path !== "" && path !== "index.html") {
    const brotli = file.brotli === undefined ? {} : { brotli: file.brotli };
    return { status: 200, type: file.type, body: file.bytes, ...brotli };
  }
  const page = pageOf(file.bytes.toString(), await served.file?.open());
  return { status: 200, type: file.type, body: page.html, headers: { "content-security-policy": page.policy } };
}

/** Writes the policy. A page of another origin may not, and nothing that changed meanwhile is lost. */
async function save(request: IncomingMessage, { file }: Served): Promise<Answer> {
  const { host, origin, "if-match": expected } = request.headers;
  if (origin !== `http://${host}`) return { status: 403, body: "only the page may save\n" };
  if (file?.isWritable !== true) return { status: 403, body: "start the command with `--write` to save\n" };
  const text = await bodyOf(request);
  if (text === undefined) return { status: 413, body: "a policy has at most 1 MiB of UTF-8 text\n" };
  try {
    const revision = file.write(text, expected ?? "");
    if (revision === undefined) {
      return { status: 409, body: "the file has changed meanwhile: reload the page to see it\n" };
    }
    return { status: 200, type: "application/json", body: JSON.stringify({ revision }) };
  } catch (error) {
    if (error instanceof PolicyError) return { status: 409, body: `${error.diagnostics[0]?.message}\n` };
    return { status: 500, body: `cannot write the file: ${errorText(error)}\n` };
  }
}

/** The text of a request; `undefined` if it is too large, or not UTF-8. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return undefined;
    parts.push(bytes);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    return undefined;
  }
}
