// Logs lines for people on stderr, and on a terminal shows a progress line below them.

import { escapeTerminalLines } from "../util/escape-terminal.js";

/** The part of a stream that a log needs. */
export interface LogStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const CLEAR_LINE = "\r\u001b[K";

export class Log {
  readonly #stream: LogStream;
  #progressShown = false;

  constructor(stream: LogStream) {
    this.#stream = stream;
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /**
   * Logs one or several lines. Their text may contain untrusted paths and names, and is escaped.
   */
  line(text: string): void {
    this.clear();
    this.#stream.write(`${escapeTerminalLines(text)}\n`);
  }

  /** Replaces the progress line. Does nothing if the stream is not a terminal. */
  progress(text: string): void {
    if (!this.isTerminal) return;
    this.#stream.write(CLEAR_LINE + text);
    this.#progressShown = true;
  }

  /** Removes the progress line, so that other output can use the terminal. */
  clear(): void {
    if (!this.#progressShown) return;
    this.#stream.write(CLEAR_LINE);
    this.#progressShown = false;
  }
}
