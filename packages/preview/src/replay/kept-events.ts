// The events that a replay keeps to show them: some of each rule, and some of each part of the
// stream, so that memory stays bounded and no bar is without events.

import type { EventFacts } from "@a3s-sentry/core";
import { namesOf } from "./names.js";
import type { KeptEvent, Said, Selection } from "./protocol.js";

const PER_RULE = 200;
const PER_PART = 40;
/** Longer events are not kept. */
const MAX_EVENT_LENGTH = 32_768;
/** UTF-16 units of all kept events. */
const MAX_TOTAL_LENGTH = 16_000_000;
const MAX_SUBJECT = 200;

interface Kept extends KeptEvent {
  readonly part: number;
}

export class KeptEvents {
  readonly #events: Kept[] = [];
  readonly #ofRule = new Map<string | undefined, number>();
  #part = -1;
  #ofPart = 0;
  #length = 0;

  /** Whether the next event with this decision in this part would be kept. */
  wants({ verdict, rule }: Said, part: number): boolean {
    if (part !== this.#part) {
      this.#part = part;
      this.#ofPart = 0;
    }
    if (this.#length > MAX_TOTAL_LENGTH) return false;
    return (verdict !== "allow" && this.#ofPart < PER_PART) || (this.#ofRule.get(rule) ?? 0) < PER_RULE;
  }

  add({ kind, subject }: EventFacts, { verdict, rule }: Said, part: number, json: string): void {
    if (json.length > MAX_EVENT_LENGTH) return;
    this.#events.push({ kind, verdict, rule, subject: subject.slice(0, MAX_SUBJECT), json: json.trim(), part });
    if (verdict !== "allow") this.#ofPart++;
    this.#ofRule.set(rule, (this.#ofRule.get(rule) ?? 0) + 1);
    this.#length += json.length + subject.length;
  }

  select(selection: Selection, most: number): KeptEvent[] {
    const found: KeptEvent[] = [];
    for (const event of this.#events) {
      if (found.length >= most) break;
      if (isSelected(event, selection)) found.push(event);
    }
    return found;
  }
}

function isSelected(event: Kept, selection: Selection): boolean {
  if (selection.by === "part") return event.part === selection.part && event.verdict !== "allow";
  if (selection.by === "rule") return event.rule === selection.rule;
  return (
    event.verdict !== "allow" &&
    namesOf(event.kind, event.subject).some(([top, name]) => top === selection.by && name === selection.name)
  );
}
