// A server on stdin and stdout by version 1 of the SDK.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { addTools } from "./tools.mjs";

const server = new McpServer({ name: "v1", version: "1.0.0" });
addTools(server);
await server.connect(new StdioServerTransport());
