// Lines for people on stderr, and on a terminal a progress line under them.

import { escapeTerminalLines } from "../util/escape-terminal.js";

/** The part of a stream that a log needs. */
export interface LogStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const CLEAR_LINE = "\r\u001b[K";

export class Log {
  readonly #stream: LogStream;
  #shown = false;

  constructor(stream: LogStream) {
    this.#stream = stream;
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** A line of text, or several: paths and names in it may be anyone's. */
  line(text: string): void {
    this.clear();
    this.#stream.write(`${escapeTerminalLines(text)}\n`);
  }

  /** Shows `text` in the place of the progress line; does nothing where no terminal is. */
  progress(text: string): void {
    if (!this.isTerminal) return;
    this.#stream.write(CLEAR_LINE + text);
    this.#shown = true;
  }

  /** Takes the progress line away, for whatever else goes to the terminal. */
  clear(): void {
    if (!this.#shown) return;
    this.#stream.write(CLEAR_LINE);
    this.#shown = false;
  }
}
