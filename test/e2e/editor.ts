// An editor, as the language server sees it: a client of the protocol's own library.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type ClientCapabilities,
  CodeActionRequest,
  CompletionRequest,
  createProtocolConnection,
  DefinitionRequest,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type Location,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type Range,
  ReferencesRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { type Running, scratch, start } from "./command.js";

const CAPABILITIES: ClientCapabilities = {
  textDocument: {
    hover: { contentFormat: ["markdown", "plaintext"] },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ["plaintext"] } },
  },
};

export class Editor {
  readonly folder = scratch();
  readonly running: Running;
  readonly connection: ProtocolConnection;
  /** The last diagnostics of each document. */
  readonly diagnostics = new Map<string, { readonly version?: number; readonly diagnostics: Diagnostic[] }>();
  readonly #texts = new Map<string, { version: number; text: string }>();

  constructor(args: readonly string[] = ["lsp", "--stdio"]) {
    this.running = start(args, { cwd: this.folder });
    const { stdin, stdout } = this.running.child;
    const raw = this.running.child;
    // The reader needs bytes.
    (raw.stdout as unknown as { setEncoding(encoding: null): void }).setEncoding(null);
    this.connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, ...found }) => {
      this.diagnostics.set(uri, found);
    });
    this.connection.listen();
  }

  async initialize(capabilities: ClientCapabilities = CAPABILITIES): Promise<unknown> {
    const workspaceFolders = [{ uri: this.uri(""), name: "folder" }];
    const answer = await this.connection.sendRequest(InitializeRequest.type, {
      ...{ processId: process.pid, rootUri: this.uri(""), workspaceFolders, capabilities },
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return answer;
  }

  uri(name: string): string {
    return pathToFileURL(join(this.folder, name)).href;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Writes a file and opens it. */
  async open(name: string, text: string, languageId = "acl"): Promise<void> {
    this.write(name, text);
    await this.show(this.uri(name), text, languageId);
  }

  /** Opens a document. */
  async show(uri: string, text: string, languageId = "acl"): Promise<void> {
    this.#texts.set(uri, { version: 1, text });
    const textDocument = { uri, languageId, version: 1, text };
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  }

  /** Replaces the first `old` by `text`, as an incremental change. */
  async replace(name: string, old: string, text: string): Promise<void> {
    const uri = this.uri(name);
    const known = this.#texts.get(uri);
    const at = known?.text.indexOf(old) ?? -1;
    if (known === undefined || at < 0) throw new Error(`\`${old}\` is not in ${name}`);
    const range = { start: positionAt(known.text, at), end: positionAt(known.text, at + old.length) };
    known.text = known.text.slice(0, at) + text + known.text.slice(at + old.length);
    known.version += 1;
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: known.version },
      contentChanges: [{ range, text }],
    });
  }

  async close(name: string): Promise<void> {
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri: this.uri(name) },
    });
  }

  /** The diagnostics of the current version of a document, once they are there. */
  async problems(name: string, uri = this.uri(name)): Promise<Diagnostic[]> {
    const version = this.#texts.get(uri)?.version;
    await this.running.until(() => {
      const found = this.diagnostics.get(uri);
      return found !== undefined && found.version === version;
    });
    return this.diagnostics.get(uri)?.diagnostics ?? [];
  }

  /** The position in the middle of the first `text` of a document. */
  at(name: string, text: string, offset = 1): { textDocument: { uri: string }; position: Position } {
    const uri = this.uri(name);
    const whole = this.#texts.get(uri)?.text ?? "";
    const at = whole.indexOf(text);
    if (at < 0) throw new Error(`\`${text}\` is not in ${name}`);
    return { textDocument: { uri }, position: positionAt(whole, at + offset) };
  }

  async completions(name: string, text: string, offset: number): Promise<string[]> {
    const items = await this.connection.sendRequest(CompletionRequest.type, this.at(name, text, offset));
    return (Array.isArray(items) ? items : (items?.items ?? [])).map(({ label }) => label);
  }

  async hover(name: string, text: string, offset = 1): Promise<string> {
    const found = await this.connection.sendRequest(HoverRequest.type, this.at(name, text, offset));
    return found === null ? "" : JSON.stringify(found.contents);
  }

  async definition(name: string, text: string, offset = 1): Promise<Location[]> {
    return [(await this.connection.sendRequest(DefinitionRequest.type, this.at(name, text, offset))) ?? []].flat(
      2,
    ) as Location[];
  }

  async references(name: string, text: string, offset = 1): Promise<Location[]> {
    const context = { includeDeclaration: true };
    return (
      (await this.connection.sendRequest(ReferencesRequest.type, { ...this.at(name, text, offset), context })) ?? []
    );
  }

  async symbols(name: string): Promise<unknown> {
    return await this.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri: this.uri(name) } });
  }

  /** The text of a document after it was formatted. */
  async formatted(name: string): Promise<string> {
    const uri = this.uri(name);
    const edits = await this.connection.sendRequest(DocumentFormattingRequest.type, {
      textDocument: { uri },
      options: { tabSize: 8, insertSpaces: false },
    });
    return this.#edited(uri, edits ?? []);
  }

  /** The text of a document after each fix of its problems, by the title of the fix. */
  async fixes(name: string): Promise<Record<string, string>> {
    const uri = this.uri(name);
    const diagnostics = await this.problems(name);
    const range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };
    const context = { diagnostics };
    const found = await this.connection.sendRequest(CodeActionRequest.type, { textDocument: { uri }, range, context });
    const actions = (found ?? []).flatMap((one) => ("edit" in one ? [one] : []));
    return Object.fromEntries(actions.map(({ title, edit }) => [title, this.#edited(uri, edit?.changes?.[uri] ?? [])]));
  }

  /** Ends the server as editors do, and returns its exit code. */
  async end(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    return (await this.running.ended).code;
  }

  #edited(uri: string, edits: readonly { range: Range; newText: string }[]): string {
    let text = this.#texts.get(uri)?.text ?? "";
    for (const { range, newText } of [...edits].reverse()) {
      text = text.slice(0, offsetAt(text, range.start)) + newText + text.slice(offsetAt(text, range.end));
    }
    return text;
  }
}

/** In UTF-16 units, which every client understands. */
function positionAt(text: string, at: number): Position {
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length - 1, character: (lines.at(-1) ?? "").length };
}

function offsetAt(text: string, { line, character }: Position): number {
  const lines = text.split("\n").slice(0, line);
  return lines.reduce((sum, one) => sum + one.length + 1, 0) + character;
}
