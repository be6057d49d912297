// Which policies a file belongs to: itself, those that include it, or the one that its tests are of.

import { readdirSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { type Outline, outlineOf, wordOf } from "@a3s-sentry/core/tools";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { lookAt } from "../look-at.js";
import { policyOf } from "../test/targets.js";
import { closedDocument, type Documents, isTests, isToml, pathOf, uriOf } from "./documents.js";

/** A file of a policy, as it is in the editor or on disk. */
export interface PolicyFile {
  readonly path: string;
  readonly document: TextDocument;
  readonly outline: Outline;
}

/** The most policies of a folder that are searched for includes. */
const MAX_POLICIES = 100;
/** The most folders above a file that are searched. */
const MAX_FOLDERS = 8;
/** The most files of a policy that are read. */
const MAX_FILES = 1000;

export class PolicyFiles {
  readonly #documents: Documents;
  readonly #policies = new Map<string, Promise<readonly string[]>>();
  /** The paths of the editor's folders. Above them nothing is searched. */
  folders: readonly string[] = [];

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Forgets which policies include which files. */
  forget(): void {
    this.#policies.clear();
  }

  /** The policies that a file is a part of: those that include it, otherwise itself. Kept until `forget`. */
  policiesOf(path: string): Promise<readonly string[]> {
    const known = this.#policies.get(path);
    if (known !== undefined) return known;
    const found = this.#findPolicies(path);
    this.#policies.set(path, found);
    return found;
  }

  async #findPolicies(path: string): Promise<readonly string[]> {
    if (isTests(path)) return [path];
    const found: string[] = [];
    for (const policy of this.#candidates(path)) {
      const files = await this.filesOf(policy);
      if (files.some((file) => file.path === path)) found.push(policy);
    }
    return found.length === 0 ? [path] : found;
  }

  /** All files whose names a file may refer to, itself included. */
  async around(path: string): Promise<readonly PolicyFile[]> {
    const own = isTests(path) ? testedBy(path) : path;
    const policies = own === undefined ? [] : await this.policiesOf(own);
    const files = new Map<string, PolicyFile>();
    for (const policy of [path, ...policies]) {
      for (const file of await this.filesOf(policy)) files.set(file.path, file);
    }
    return [...files.values()];
  }

  /** A text that has no path, and so includes nothing. */
  async ofText(uri: string): Promise<readonly PolicyFile[]> {
    const found = this.#documents.outlineOf(uri);
    return found === undefined ? [] : [{ path: uri, ...found }];
  }

  /** A policy and the files that it includes, as far as they can be read. */
  async filesOf(policy: string): Promise<readonly PolicyFile[]> {
    const files = new Map<string, PolicyFile>();
    try {
      const { source, options } = lookAt(policy, { textOf: this.textOf });
      const add = async (path: string, text: string, from: string | null): Promise<void> => {
        if (files.has(path) || files.size >= MAX_FILES || isToml(path)) return;
        const file = this.#file(path, text);
        files.set(path, file);
        for (const pattern of patternsIn(file.outline)) {
          for (const { name, text } of await options.include(pattern, from)) await add(name, text, name);
        }
      };
      await add(policy, String(source), null);
    } catch {
      // The check reports why a file cannot be read or included.
    }
    return [...files.values()];
  }

  /** The text of a file that is open, which may not be saved yet. */
  readonly textOf = (path: string): string | undefined => this.#documents.ofPath(path)?.getText();

  #file(path: string, text: string): PolicyFile {
    const document = this.#documents.ofPath(path) ?? closedDocument(uriOf(path), text);
    const outline = this.#documents.outlineOf(document.uri)?.outline ?? outlineOf(text);
    return { path, document, outline };
  }

  /** The policies that may include a file: open ones, and those in its folder and above. */
  *#candidates(path: string): Generator<string> {
    const folder = this.folders.find((parent) => path.startsWith(parent + sep)) ?? dirname(path);
    const policies = new Set<string>();
    for (const { uri } of this.#documents.all) policies.add(pathOf(uri) ?? path);
    let above = dirname(path);
    for (let steps = 0; steps < MAX_FOLDERS && above.startsWith(folder); steps += 1) {
      for (const name of policiesIn(above)) policies.add(join(above, name));
      if (above === folder) break;
      above = dirname(above);
    }
    policies.delete(path);
    yield* [...policies].filter((policy) => !isTests(policy) && !isToml(policy));
  }
}

/** The patterns of `include { files = […] }`. */
export function patternsIn({ text, tokens, roles }: Outline): string[] {
  return tokens.flatMap((token, index) => {
    const role = roles[index];
    const isPattern = role?.is === "value" && role.section.path.join(".") === "include" && token.kind === "text";
    return isPattern ? [wordOf(text, token)] : [];
  });
}

function policiesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".acl"))
      .slice(0, MAX_POLICIES);
  } catch {
    return [];
  }
}

function testedBy(tests: string): string | undefined {
  try {
    return policyOf(tests);
  } catch {
    return undefined;
  }
}
