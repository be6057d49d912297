// Refuses requests that are not those of a client of MCP on this machine.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { namesThisMachine } from "../../../util/http-server.js";
import { field, isObject } from "../../hosts/json-object.js";
import { isCompressed, mediaType, single } from "./headers.js";

/** Why a request is not taken. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
}

const METHODS = ["POST", "GET", "DELETE"];

/** Why a request is not taken, by its headers; `undefined` if it is. `path` is that of the server. */
export function refusalOf(
  { headers, method = "", url = "" }: IncomingMessage,
  port: number,
  path: string,
): Refusal | undefined {
  if (!namesThisMachine(headers, port)) {
    return { status: 403, why: "this server answers only to 127.0.0.1 and localhost" };
  }
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined) {
    return { status: 403, why: "this server does not answer to pages" };
  }
  if (url !== path) return { status: 404, why: `the path is \`${path}\`` };
  if (!METHODS.includes(method)) return { status: 405, why: `use ${METHODS.join(", ")}` };
  if (method !== "POST") return undefined;
  if (mediaType(headers) !== "application/json" || isCompressed(headers)) {
    return { status: 415, why: "the content type must be `application/json`, without a content encoding" };
  }
  return undefined;
}

/** The member of `params` that the header `Mcp-Name` repeats. */
const NAMED: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};
const BASE64 = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/;

/**
 * Whether the headers name another method, tool, prompt or resource than the body: a server that
 * reads them would do something else than what is judged.
 */
export function contradicts(headers: IncomingHttpHeaders, body: Uint8Array): boolean {
  const [method, name] = [single(headers, "mcp-method"), single(headers, "mcp-name")];
  if (method === undefined && name === undefined) return false;
  const frame = parsed(body);
  // It is refused as a frame.
  if (!isObject(frame)) return false;
  const own = field(frame, "method");
  if (method !== undefined && method !== own) return true;
  const params = field(frame, "params");
  const member = typeof own === "string" && Object.hasOwn(NAMED, own) ? NAMED[own] : undefined;
  if (name === undefined || member === undefined) return false;
  return !isObject(params) || decoded(name) !== field(params, member);
}

function decoded(value: string): string {
  const [, base64] = BASE64.exec(value) ?? [];
  return base64 === undefined ? value : Buffer.from(base64, "base64").toString("utf8");
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}
