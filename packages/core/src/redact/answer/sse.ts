// Server-sent events: a text in parts is cut into events, whose data is read and replaced.

/** The most UTF-16 units of one event. */
const MAX_EVENT = 16 * 1024 * 1024;

/** An event as it came: its lines, and the text of its data; `undefined` if it has none. */
export interface SentEvent {
  readonly raw: string;
  readonly data: string | undefined;
}

/** Cuts a text in parts into events. Throws a `RangeError` for an event of more than 16 Mi UTF-16 units. */
export class SentEvents {
  #held = "";
  /** How far the held text has been searched for the end of an event. */
  #searched = 0;

  push(part: string): SentEvent[] {
    this.#held += part;
    const events: SentEvent[] = [];
    const blank = /\r\n\r\n|\n\n|\r\r/g;
    let start = 0;
    blank.lastIndex = this.#searched;
    for (let end = blank.exec(this.#held); end !== null; end = blank.exec(this.#held)) {
      events.push(eventOf(this.#held.slice(start, blank.lastIndex)));
      start = blank.lastIndex;
    }
    this.#held = this.#held.slice(start);
    if (this.#held.length > MAX_EVENT) throw new RangeError(`an event of the answer is longer than ${MAX_EVENT}`);
    // A line break may be cut.
    this.#searched = Math.max(0, this.#held.length - 3);
    return events;
  }

  /** The rest, which no blank line ends. */
  end(): SentEvent[] {
    const raw = this.#held;
    this.#held = "";
    this.#searched = 0;
    return raw === "" ? [] : [eventOf(raw)];
  }
}

const DATA = /^data(?::|$)/;

function eventOf(raw: string): SentEvent {
  const lines = linesOf(raw).filter((line) => DATA.test(line));
  const data = lines.map((line) => line.slice("data:".length).replace(/^ /, "")).join("\n");
  return { raw, data: lines.length === 0 ? undefined : data };
}

function linesOf(raw: string): string[] {
  return raw.split(/\r\n|\n|\r/);
}

/** The event with other data. Its other lines stay. */
export function withData({ raw }: SentEvent, data: string): string {
  const rest = linesOf(raw).filter((line) => line !== "" && !DATA.test(line));
  return [...rest, `data: ${data}`, "", ""].join("\n");
}

/** An event of a name, if its kind of stream names events. */
export function newEvent(name: string | undefined, data: string): string {
  return `${name === undefined ? "" : `event: ${name}\n`}data: ${data}\n\n`;
}
