// The language server: what it can do, and which part answers which request.

import {
  CodeActionKind,
  type Connection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  MarkupKind,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { VERSION } from "../../util/version.js";
import { actions } from "./actions.js";
import { Checker } from "./checker.js";
import { type CompletionForm, complete } from "./completion.js";
import { Documents, pathOf } from "./documents.js";
import { formatted } from "./formatting.js";
import { hover } from "./hover.js";
import { definition, references } from "./navigation.js";
import { PolicyFiles } from "./policy-files.js";
import { symbols } from "./symbols.js";

const CAPABILITIES: InitializeResult["capabilities"] = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  completionProvider: { triggerCharacters: ['"', "'", "[", "("] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentSymbolProvider: true,
  documentFormattingProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
};

/** Answers the requests of a connection. It listens when the caller says so. */
export function serve(connection: Connection): void {
  const open = new TextDocuments(TextDocument);
  const documents = new Documents(open);
  const files = new PolicyFiles(documents);
  const checker = new Checker(connection, documents, files);
  let client: InitializeParams["capabilities"] = {};

  connection.onInitialize((params) => {
    client = params.capabilities;
    files.folders = (params.workspaceFolders ?? []).flatMap(({ uri }) => pathOf(uri) ?? []);
    return { capabilities: CAPABILITIES, serverInfo: { name: "a3s-sentry", version: VERSION } };
  });
  connection.onInitialized(() => {
    if (!client.workspace?.didChangeWatchedFiles?.dynamicRegistration) return;
    const watchers = [{ globPattern: "**/*.{acl,toml}" }];
    void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  });

  const again = async (): Promise<void> => {
    files.forget();
    await checker.changedOnDisk();
  };
  open.onDidOpen(({ document }) => {
    files.forget();
    void checker.changed(document.uri);
  });
  open.onDidChangeContent(({ document }) => void checker.changed(document.uri));
  open.onDidSave(() => void again());
  open.onDidClose(({ document }) => {
    files.forget();
    checker.closed(document.uri);
  });
  connection.onDidChangeWatchedFiles(again);

  const hoverKind = (): MarkupKind => formOf(client.textDocument?.hover?.contentFormat);
  const completionForm = (): CompletionForm => {
    const { documentationFormat, snippetSupport } = client.textDocument?.completion?.completionItem ?? {};
    return { kind: formOf(documentationFormat), snippets: snippetSupport ? "supported" : "unsupported" };
  };
  connection.onCompletion(({ textDocument: { uri }, position }) =>
    complete(documents, files, { uri, position }, completionForm()),
  );
  connection.onHover(({ textDocument: { uri }, position }) => hover(documents, files, { uri, position }, hoverKind()));
  connection.onDefinition(({ textDocument: { uri }, position }) => definition(documents, files, { uri, position }));
  connection.onReferences(({ textDocument: { uri }, position, context }) =>
    references(documents, files, { uri, position }, context.includeDeclaration ? "with definitions" : "uses alone"),
  );
  connection.onDocumentSymbol(({ textDocument: { uri } }) => symbols(documents, uri));
  connection.onDocumentFormatting(({ textDocument: { uri } }) => formatted(documents, uri));
  connection.onCodeAction(({ textDocument: { uri }, range }) => actions(documents, checker, { uri, range }));
  open.listen(connection);
}

function formOf(accepted: readonly MarkupKind[] | undefined): MarkupKind {
  return accepted?.includes(MarkupKind.Markdown) ? MarkupKind.Markdown : MarkupKind.PlainText;
}
