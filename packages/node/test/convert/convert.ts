// Converts lines, and checks that each result is an event.

import { Sentry } from "@a3s-sentry/core";
import { expect } from "vitest";
import { type ConvertedEvent, MalformedError } from "../../src/convert/converter.js";
import type { FormatName } from "../../src/convert/format-names.js";
import { CONVERTERS } from "../../src/convert/formats.js";

const sentry = await Sentry.create("", { sae: null });

/** The events of some lines. An object is a line of JSON. */
export function convertAll(format: FormatName, lines: readonly unknown[]): ConvertedEvent[] {
  const converter = CONVERTERS[format]();
  const events = lines.flatMap((line) => converter.convert(typeof line === "string" ? line : JSON.stringify(line)));
  events.push(...converter.end());
  for (const event of events) expect(sentry.facts(JSON.stringify(event)), JSON.stringify(event)).not.toBeNull();
  return events.map((event): ConvertedEvent => JSON.parse(JSON.stringify(event)));
}

/** The events alone, without who acted. */
export function eventsOf(format: FormatName, lines: readonly unknown[]): object[] {
  return convertAll(format, lines).map(({ event }) => event);
}

/** Why a line is malformed. */
export function problemOf(format: FormatName, line: unknown): string {
  try {
    convertAll(format, [line]);
  } catch (error) {
    if (error instanceof MalformedError) return error.message;
    throw error;
  }
  return "";
}

/** The verdict of the built-in rules on an event, and whether its evidence is whole. */
export function judged(event: ConvertedEvent): string {
  const decision = sentry.classify(JSON.stringify(event));
  return `${decision?.verdict} ${decision?.evidence}`;
}
