// Clients of MCP by both versions of the SDK.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Stdio1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as Http1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";

/** What all clients of these tests can do. */
export interface AnyClient {
  listTools(): Promise<{ tools: { name: string; description?: string | undefined }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

/** A command that is started, or a URL. */
export type Where = { readonly command: string; readonly args: string[] } | { readonly url: string };

export type ClientName = "v1" | "v2" | "v2 of 2026-07-28";

/** What a person answers to forms. */
export type Person = (message: string) => "allow once" | "deny";

const INFO = { name: "test", version: "1.0.0" };

export async function connected(name: ClientName, where: Where, person?: Person): Promise<AnyClient> {
  const client = name === "v1" ? await connectedV1(where, person) : await connectedV2(name, where, person);
  onTestFinished(() => client.close());
  return client;
}

async function connectedV1(where: Where, person: Person | undefined): Promise<AnyClient> {
  const client = new Client1(INFO, { capabilities: person === undefined ? {} : { elicitation: {} } });
  if (person !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => filled(person(params.message)));
  }
  const transport =
    "url" in where ? new Http1(new URL(where.url), HEADERS) : new Stdio1({ ...where, stderr: "ignore" });
  await client.connect(transport as never);
  return client as unknown as AnyClient;
}

async function connectedV2(name: ClientName, where: Where, person: Person | undefined): Promise<AnyClient> {
  const client = new Client(INFO, {
    capabilities: person === undefined ? {} : { elicitation: { form: {} } },
    versionNegotiation: { mode: name === "v2" ? "legacy" : "auto" },
  });
  if (person !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => filled(person(params.message)));
  }
  await client.connect(
    "url" in where
      ? new StreamableHTTPClientTransport(new URL(where.url), HEADERS)
      : new StdioClientTransport({ ...where, stderr: "ignore" }),
  );
  return client as unknown as AnyClient;
}

const HEADERS = { requestInit: { headers: { Authorization: "Bearer test-token-of-the-client" } } };

function filled(decision: string) {
  return { action: "accept" as const, content: { decision } };
}
