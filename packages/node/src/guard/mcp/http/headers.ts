// Which headers pass between a client and a server of MCP. Those of the client may hold credentials:
// they are passed on, and never written anywhere.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers of one connection, of the body as the client wrote it, and of web pages. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding"],
  ...["upgrade", "host", "expect", "content-length", "content-type", "accept-encoding", "origin"],
]);

/** Beside those that begin with `mcp-`. */
const PASSED_BACK: ReadonlySet<string> = new Set(["www-authenticate", "retry-after", "set-cookie"]);

/** The client's headers for the server. `body` is what is sent, if anything is. */
export function headersToServer(headers: IncomingHttpHeaders, body: Uint8Array | undefined): OutgoingHttpHeaders {
  const ofConnection = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  const passed = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name) && !ofConnection.has(name));
  // An answer that is compressed could not be judged.
  const own: OutgoingHttpHeaders = { ...Object.fromEntries(passed), "accept-encoding": "identity" };
  return body === undefined ? own : { ...own, "content-type": "application/json", "content-length": body.length };
}

/** The server's headers for the client. */
export function headersToClient(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const isPassed = ([name]: [string, unknown]): boolean => name.startsWith("mcp-") || PASSED_BACK.has(name);
  return Object.fromEntries(Object.entries(headers).filter(isPassed));
}

/** The type of a body without its parameters, in lower case. */
export function mediaType(headers: IncomingHttpHeaders): string {
  return (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

export function isCompressed(headers: IncomingHttpHeaders): boolean {
  return (headers["content-encoding"] ?? "identity").trim().toLowerCase() !== "identity";
}

/** A header that may occur once. */
export function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}
