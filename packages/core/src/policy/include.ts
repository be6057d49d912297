// Includes: splices the files that a policy names into its text, and moves problems back to them.

import type { SourceSpan, Diagnostic as WireDiagnostic } from "../generated/wire.js";
import type { ToolsModule } from "../tools/module.js";
import { messageOf } from "../util/error.js";
import type { Diagnostic } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";
import { type IncludedText, SplicedText } from "./spliced-text.js";

/** A file that `include` names. */
export interface IncludedFile {
  /** Its name in diagnostics, and for the includes in it. TOML if it ends in `.toml`, otherwise ACL. */
  readonly name: string;
  readonly text: string;
}

/**
 * Returns the files of a pattern of `include`, in bytewise order of their names. `from` is the name
 * of the included file that has the pattern, `null` for the policy itself. Throws or rejects with an
 * `Error` whose message says why a file cannot be included.
 */
export type Include = (
  pattern: string,
  from: string | null,
) => readonly IncludedFile[] | Promise<readonly IncludedFile[]>;

/** How deep files may include each other. */
const MAX_DEPTH = 8;
/** The most files that a policy includes, and the most UTF-16 units with them. */
const MAX_FILES = 1000;
const MAX_UNITS = 1 << 20;

/** A document in parts, as the tools return it. */
interface Parts {
  readonly parts: readonly Part[];
  readonly diagnostics: readonly WireDiagnostic[];
}

type Part =
  | { readonly kind: "text"; readonly span: SourceSpan }
  | { readonly kind: "insert"; readonly text: string }
  | { readonly kind: "include"; readonly span: SourceSpan; readonly files: readonly FilePattern[] };

interface FilePattern {
  readonly pattern: string;
  readonly span: SourceSpan;
}

/** Whether a text may have includes: most have none, and need no tools. */
export function mayInclude(text: string): boolean {
  return /\binclude\b/.test(text);
}

/** What {@link splice} needs of the world around it. */
export interface Splicing {
  readonly include: Include | undefined;
  /** Reads an included file as ACL text. */
  readonly read: (file: IncludedFile) => Promise<IncludedText>;
}

/**
 * The text of a policy with its includes spliced in where they stand. Rejects with a `PolicyError`
 * that has the problems of the includes and of the files themselves.
 */
export async function splice(policy: IncludedText, splicing: Splicing): Promise<SplicedText> {
  const { loadTools } = await import("../tools/module.js");
  const splicer = new Splicer(await loadTools(), splicing);
  await splicer.add(policy, []);
  if (splicer.problems.length > 0) throw new PolicyError(policy.name, splicer.problems);
  return splicer.spliced;
}

class Splicer {
  readonly spliced: SplicedText;
  readonly problems: Diagnostic[] = [];
  readonly #tools: ToolsModule;
  readonly #splicing: Splicing;
  #files = 0;

  constructor(tools: ToolsModule, splicing: Splicing) {
    this.#tools = tools;
    this.#splicing = splicing;
    this.spliced = new SplicedText(tools);
  }

  /** Adds a text. `around` has the names of the files that include it, the outermost first. */
  async add(source: IncludedText, around: readonly string[]): Promise<void> {
    const isIncluded = around.length > 0;
    const json = this.#tools.includeParts(source.name, source.text, isIncluded);
    const { parts, diagnostics } = JSON.parse(json) as Parts;
    this.problems.push(...this.spliced.shown(source, diagnostics));
    if (diagnostics.length > 0) return;
    for (const part of parts) {
      if (part.kind === "text") this.spliced.append(source, part.span);
      else if (part.kind === "insert") this.spliced.insert(part.text);
      else for (const pattern of part.files) await this.#include(source, pattern, around);
    }
  }

  async #include(source: IncludedText, pattern: FilePattern, around: readonly string[]): Promise<void> {
    const inside = [...around, source.name];
    for (const file of await this.#found(source, pattern, around)) {
      this.#files += 1;
      if (inside.includes(file.name)) {
        const path = [...inside.slice(inside.indexOf(file.name)), file.name].map((name) => `\`${name}\``).join(" → ");
        this.#problem(source, pattern, "include/cycle", `a file includes itself: ${path}`);
      } else if (inside.length > MAX_DEPTH) {
        this.#problem(source, pattern, "include/depth", `files include each other more than ${MAX_DEPTH} deep`);
      } else if (this.#files > MAX_FILES || this.spliced.text.length + file.text.length > MAX_UNITS) {
        const message = `with its includes, the policy is larger than 1 MiB or has more than ${MAX_FILES} files`;
        this.#problem(source, pattern, "acl/limit-document", message);
        throw new PolicyError(inside[0] ?? source.name, this.problems);
      } else {
        await this.#addFile(file, inside);
      }
    }
  }

  async #addFile(file: IncludedFile, inside: readonly string[]): Promise<void> {
    try {
      const text = await this.#splicing.read(file);
      this.spliced.insert("\n");
      await this.add(text, inside);
      this.spliced.insert("\n");
    } catch (error) {
      if (!(error instanceof PolicyError) || error.diagnostics === this.problems) throw error;
      this.problems.push(...error.diagnostics.map((found) => ({ ...found, file: file.name })));
    }
  }

  async #found(
    source: IncludedText,
    pattern: FilePattern,
    around: readonly string[],
  ): Promise<readonly IncludedFile[]> {
    const { include } = this.#splicing;
    const help = "give `Sentry.create` the option `include`";
    if (include === undefined) {
      this.#problem(source, pattern, "include/no-file", "no file can be included here", help);
      return [];
    }
    try {
      const files = await include(pattern.pattern, around.length > 0 ? source.name : null);
      if (files.length > 0) return files;
      this.#problem(source, pattern, "include/no-file", `no file matches \`${pattern.pattern}\``);
    } catch (error) {
      this.#problem(source, pattern, "include/refused", messageOf(error));
    }
    return [];
  }

  #problem(
    source: IncludedText,
    { span }: FilePattern,
    code: string,
    message: string,
    help: string | null = null,
  ): void {
    const problem = { code, message, help, place: [span.byteStart, span.byteEnd], related: [] };
    const json = this.#tools.describe(source.name, source.text, JSON.stringify([problem]));
    this.problems.push(...this.spliced.shown(source, JSON.parse(json) as WireDiagnostic[]));
  }
}
