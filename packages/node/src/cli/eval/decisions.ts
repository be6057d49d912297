// The file of decisions: one JSON line for each line of a corpus.

import { type FileHandle, open } from "node:fs/promises";
import type { Decision } from "@a3s-sentry/core";
import { CliError, errorText } from "../io.js";

const LARGE = 256 * 1024;

/** A file that is written anew, in large pieces. */
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

  /** Refuses to overwrite one of `inputs`. */
  static async open(path: string, inputs: readonly FileHandle[]): Promise<DecisionsFile> {
    const file = await told(path, () => open(path, "a"));
    try {
      const { dev, ino } = await file.stat();
      for (const input of inputs) {
        const read = await input.stat();
        if (read.isFile() && read.dev === dev && read.ino === ino) {
          throw new CliError(`\`${path}\` is a corpus too: it would be overwritten`);
        }
      }
      if ((await file.stat()).isFile()) await told(path, () => file.truncate());
      return new DecisionsFile(path, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The next line's decision; `null` for what is not an event. */
  add(decision: Decision | null): void {
    const line = `{"i":${this.#next},${decision === null ? NOT_AN_EVENT : this.#text(decision)}\n`;
    this.#next += 1;
    this.#pending.push(line);
    this.#length += line.length;
  }

  /** Decisions are shared by many events. */
  #text(decision: Decision): string {
    const text = this.#texts.get(decision) ?? rest(decision.verdict, decision.rule ?? null);
    this.#texts.set(decision, text);
    return text;
  }

  async flush(least = LARGE): Promise<void> {
    if (this.#length < least) return;
    const text = this.#pending.join("");
    this.#pending = [];
    this.#length = 0;
    await told(this.#path, () => this.#file.writeFile(text));
  }

  async close(): Promise<void> {
    await told(this.#path, () => this.#file.close());
  }
}

/** A line after its number. */
function rest(verdict: string | null, rule: string | null): string {
  return JSON.stringify({ verdict, rule }).slice(1);
}

const NOT_AN_EVENT = rest(null, null);

async function told<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new CliError(`cannot write \`${path}\`: ${errorText(error)}`, { cause: error });
  }
}
