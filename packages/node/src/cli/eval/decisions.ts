// Writes the decisions file: one JSON line for each line of a corpus.

import { type FileHandle, open } from "node:fs/promises";
import type { Decision } from "@a3s-sentry/core";
import { CliError, errorText } from "../io.js";

const FLUSH_CHARS = 256 * 1024;

/** A new file, written in large chunks. */
export class DecisionsFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #pending: string[] = [];
  #length = 0;
  #next = 0;
  readonly #texts = new WeakMap<Decision, string>();

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Creates or replaces a file. Rejects with a `CliError` if it is one of `inputs`. */
  static async open(path: string, inputs: readonly FileHandle[]): Promise<DecisionsFile> {
    const file = await withPath(path, () => open(path, "a"));
    try {
      const { dev, ino } = await file.stat();
      for (const input of inputs) {
        const read = await input.stat();
        if (read.isFile() && read.dev === dev && read.ino === ino) {
          throw new CliError(`\`${path}\` is also a corpus and would be overwritten`);
        }
      }
      if ((await file.stat()).isFile()) await withPath(path, () => file.truncate());
      return new DecisionsFile(path, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Adds the next line's decision; `null` for a line that is not an event. */
  add(decision: Decision | null): void {
    const line = `{"i":${this.#next},${decision === null ? NOT_AN_EVENT : this.#text(decision)}\n`;
    this.#next += 1;
    this.#pending.push(line);
    this.#length += line.length;
  }

  /** Cached, since many events share one decision. */
  #text(decision: Decision): string {
    const text = this.#texts.get(decision) ?? lineTail(decision.verdict, decision.rule ?? null);
    this.#texts.set(decision, text);
    return text;
  }

  async flush(minChars = FLUSH_CHARS): Promise<void> {
    if (this.#length < minChars) return;
    const text = this.#pending.join("");
    this.#pending = [];
    this.#length = 0;
    await withPath(this.#path, () => this.#file.writeFile(text));
  }

  async close(): Promise<void> {
    await withPath(this.#path, () => this.#file.close());
  }
}

/** The part of a line after its number. */
function lineTail(verdict: string | null, rule: string | null): string {
  return JSON.stringify({ verdict, rule }).slice(1);
}

const NOT_AN_EVENT = lineTail(null, null);

/** Runs a file operation, and names the file in its failure. */
async function withPath<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new CliError(`cannot write \`${path}\`: ${errorText(error)}`, { cause: error });
  }
}
