// A server on stdin and stdout by version 2 of the SDK.
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { addTools } from "./tools.mjs";

serveStdio(() => {
  const server = new McpServer({ name: "v2", version: "1.0.0" });
  addTools(server);
  return server;
});
