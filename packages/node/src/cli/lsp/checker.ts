// Checks the open policies after each change, and publishes the problems of all their files.

import { type Diagnostic, lint, PolicyError } from "@a3s-sentry/core";
import { readTests } from "@a3s-sentry/core/tools";
import type { Connection, Diagnostic as Shown } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { lookAt } from "../look-at.js";
import { shown } from "./diagnostics.js";
import { closedDocument, type Documents, isTests, pathOf, uriOf } from "./documents.js";
import type { PolicyFiles } from "./policy-files.js";

/** How long after the last change a check begins. */
const QUIET_MS = 150;

/** A problem of a document, in both forms. */
export interface Found {
  readonly problem: Diagnostic;
  readonly shown: Shown;
}

/** What a check of a policy found, by the URI of the file that has it, and the versions of open files. */
interface Checked {
  readonly found: ReadonlyMap<string, readonly Found[]>;
  readonly versions: ReadonlyMap<string, number>;
}

export class Checker {
  readonly #connection: Connection;
  readonly #documents: Documents;
  readonly #files: PolicyFiles;
  /** By the URI of an open document, the policies that are checked for it. */
  readonly #policies = new Map<string, readonly string[]>();
  /** By policy: a path, or the URI of a text that has none. */
  readonly #checked = new Map<string, Checked>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #last: Promise<void> = Promise.resolve();

  constructor(connection: Connection, documents: Documents, files: PolicyFiles) {
    this.#connection = connection;
    this.#documents = documents;
    this.#files = files;
  }

  /** Checks the policies of a document that was opened or changed. */
  async changed(uri: string): Promise<void> {
    const path = pathOf(uri);
    const policies = path === undefined ? [uri] : await this.#files.policiesOf(path);
    if (this.#documents.get(uri) === undefined) return;
    this.#policies.set(uri, policies);
    const including = [...this.#checked].filter(([, { found }]) => found.has(uri)).map(([policy]) => policy);
    for (const policy of new Set([...policies, ...including])) this.#schedule(policy);
    this.#forget();
  }

  /** Checks all open documents again: files beside them may have changed. */
  async changedOnDisk(): Promise<void> {
    for (const { uri } of this.#documents.all) await this.changed(uri);
  }

  closed(uri: string): void {
    this.#policies.delete(uri);
    this.#forget();
  }

  /** What the last check found in this version of a document. */
  foundIn({ uri, version }: TextDocument): readonly Found[] {
    return [...this.#checked.values()]
      .filter(({ versions }) => versions.get(uri) === version)
      .flatMap(({ found }) => found.get(uri) ?? []);
  }

  /** Resolves once all checks have ended, also those that wait for quiet. */
  async settled(): Promise<void> {
    while (this.#timers.size > 0) await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    await this.#last;
  }

  #schedule(policy: string): void {
    clearTimeout(this.#timers.get(policy));
    const begin = (): void => {
      this.#timers.delete(policy);
      this.#last = this.#last.then(() => this.#check(policy));
    };
    this.#timers.set(policy, setTimeout(begin, QUIET_MS));
  }

  /** Drops the results of policies that no open document needs. */
  #forget(): void {
    const needed = new Set([...this.#policies.values()].flat());
    for (const [policy, { found }] of this.#checked) {
      if (needed.has(policy)) continue;
      this.#checked.delete(policy);
      for (const uri of found.keys()) this.#publish(uri);
    }
  }

  async #check(policy: string): Promise<void> {
    try {
      const checked = await this.#found(policy);
      const isNeeded = [...this.#policies.values()].some((policies) => policies.includes(policy));
      // A newer check is on its way.
      if (!isNeeded || this.#timers.has(policy)) return;
      const before = this.#checked.get(policy)?.found.keys() ?? [];
      this.#checked.set(policy, checked);
      for (const uri of new Set([...before, ...checked.found.keys()])) this.#publish(uri);
    } catch (error) {
      this.#connection.console.error(`the check failed: ${error instanceof Error ? error.message : error}`);
    }
  }

  #publish(uri: string): void {
    const results = [...this.#checked.values()].filter(({ found }) => found.has(uri));
    const diagnostics = new Map<string, Shown>();
    for (const { found } of results) {
      for (const { shown } of found.get(uri) ?? []) diagnostics.set(JSON.stringify(shown), shown);
    }
    const version = results.map(({ versions }) => versions.get(uri)).find((known) => known !== undefined);
    void this.#connection
      .sendDiagnostics({ uri, diagnostics: [...diagnostics.values()], ...(version !== undefined && { version }) })
      .catch(() => {});
  }

  async #found(policy: string): Promise<Checked> {
    const documents = new Map<string, TextDocument>();
    const add = (path: string, text: string): void => {
      const uri = uriOf(path);
      documents.set(path, this.#documents.ofPath(path) ?? closedDocument(uri, text));
    };
    const own = this.#documents.get(policy) ?? this.#documents.ofPath(policy);
    const problems = await problemsOf(policy, own, this.#files, add);
    const document = own ?? documents.get(policy) ?? closedDocument(uriOf(policy), "");
    const documentOf = (file: string | undefined): TextDocument | undefined =>
      file === undefined ? document : documents.get(file);
    const found = new Map<string, Found[]>([document, ...documents.values()].map(({ uri }) => [uri, []]));
    for (const problem of problems) {
      const place = documentOf(problem.file) ?? document;
      found.get(place.uri)?.push({ problem, shown: shown(problem, place, documentOf) });
    }
    const open = [document, ...documents.values()].filter(({ uri }) => this.#documents.get(uri) !== undefined);
    return { found, versions: new Map(open.map(({ uri, version }) => [uri, version])) };
  }
}

/** The problems of a policy or a file of tests. `onText` gets the files that it includes. */
async function problemsOf(
  policy: string,
  document: TextDocument | undefined,
  files: PolicyFiles,
  onText: (path: string, text: string) => void,
): Promise<readonly Diagnostic[]> {
  try {
    if (document !== undefined && pathOf(document.uri) === undefined) {
      return await lint(document.getText(), { name: "text", env: "unresolved" });
    }
    const looked = lookAt(policy, { textOf: files.textOf });
    const include: typeof looked.options.include = async (pattern, from) => {
      const found = await looked.options.include(pattern, from);
      for (const { name, text } of found) onText(name, text);
      return found;
    };
    const options = { ...looked.options, include };
    if (isTests(policy)) return (await readTests(looked.source, { ...options, holds: "tests" })).diagnostics;
    const problems = await lint(looked.source, { ...options, ...looked.files });
    const { diagnostics } = await readTests(looked.source, options);
    return [...problems, ...diagnostics];
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics;
    throw error;
  }
}
