// Converts the Linux audit log. Its events are several records each, which may be mixed.

import { auditEvents } from "./auditd-event.js";
import { type AuditRecord, auditRecord } from "./auditd-record.js";
import type { ConvertedEvent, Converter } from "./converter.js";

/** The events that may be incomplete at a time. The kernel mixes those of few processes. */
const MAX_OPEN = 64;
/** The characters of the records of one event: more than all arguments of a command have. */
const MAX_EVENT_CHARS = 8 * 1024 * 1024;
/** The characters of all incomplete events. */
const MAX_CHARS = 4 * MAX_EVENT_CHARS;

interface OpenEvent {
  readonly records: AuditRecord[];
  chars: number;
  isCut: boolean;
}

export function auditdConverter(): Converter {
  return new AuditdConverter();
}

/** Collects the records of events, and converts an event once it is whole, or has waited longest. */
class AuditdConverter implements Converter {
  readonly #open = new Map<string, OpenEvent>();
  #chars = 0;

  convert(line: string): readonly ConvertedEvent[] {
    const record = auditRecord(line);
    if (record === undefined) return [];
    // The last record of an event, where auditd keeps it.
    if (record.type === "EOE") return this.#close(record.event);
    const open = this.#open.get(record.event) ?? { records: [], chars: 0, isCut: false };
    this.#open.set(record.event, open);
    if (open.chars + line.length > MAX_EVENT_CHARS) open.isCut = true;
    else {
      open.records.push(record);
      open.chars += line.length;
      this.#chars += line.length;
    }
    return this.#closeOldest(MAX_OPEN, MAX_CHARS);
  }

  end(): readonly ConvertedEvent[] {
    return this.#closeOldest(0, 0);
  }

  #closeOldest(maxOpen: number, maxChars: number): readonly ConvertedEvent[] {
    const events: ConvertedEvent[] = [];
    for (const key of this.#open.keys()) {
      if (this.#open.size <= maxOpen && this.#chars <= maxChars) break;
      events.push(...this.#close(key));
    }
    return events;
  }

  #close(key: string): readonly ConvertedEvent[] {
    const event = this.#open.get(key);
    if (event === undefined) return [];
    this.#open.delete(key);
    this.#chars -= event.chars;
    return auditEvents(event);
  }
}
