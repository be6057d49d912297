// The extension of VS Code: starts the language server, and ends it with the editor.

const { workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

exports.activate = async () => {
  const [command, ...args] = workspace.getConfiguration("a3s-sentry").get("command");
  client = new LanguageClient(
    "a3s-sentry",
    { command, args, transport: TransportKind.stdio },
    { documentSelector: [{ language: "acl" }] },
  );
  await client.start();
};

exports.deactivate = async () => {
  await client?.stop();
};
