// A text that is spliced together from several sources, and the places of its parts in them.

import type { Diagnostic as WireDiagnostic } from "../generated/wire.js";
import type { ToolsModule } from "../tools/module.js";
import { utf8Length } from "../util/text.js";
import { type Diagnostic, fromWire, type Related, type SourceSpan } from "./diagnostic.js";

/** A source: ACL text, and how to show diagnostics about it if it was converted. */
export interface IncludedText {
  /** The name that diagnostics show. */
  readonly name: string;
  readonly text: string;
  readonly relocate: (found: readonly Diagnostic[]) => readonly Diagnostic[];
  /** The file, if the text is not that of the policy itself. */
  readonly file?: string;
}

/** A part of a source in the spliced text. Numbers are UTF-16 units. */
interface Section {
  readonly source: IncludedText;
  /** Where it begins in the spliced text. */
  readonly at: number;
  /** Where it is in the source. */
  readonly start: number;
  readonly end: number;
}

/** A range of a source. */
interface Place {
  readonly source: IncludedText;
  readonly start: number;
  readonly end: number;
}

export class SplicedText {
  readonly #tools: Pick<ToolsModule, "describe">;
  readonly #sections: Section[] = [];
  #text = "";

  constructor(tools: Pick<ToolsModule, "describe">) {
    this.#tools = tools;
  }

  get text(): string {
    return this.#text;
  }

  /** Appends a part of a source. */
  append(source: IncludedText, { start, end }: Pick<SourceSpan, "start" | "end">): void {
    this.#sections.push({ source, at: this.#text.length, start, end });
    this.#text += source.text.slice(start, end);
  }

  /** Appends text that is in no source. A problem in it is shown at the end of the part before. */
  insert(text: string): void {
    this.#text += text;
  }

  /** Diagnostics about a source, as its author sees it. */
  shown(source: IncludedText, found: readonly WireDiagnostic[]): readonly Diagnostic[] {
    const { file } = source;
    const shown = source.relocate(found.map(fromWire));
    return file === undefined ? shown : shown.map((one) => ({ ...one, file }));
  }

  /** Moves diagnostics about the spliced text to the sources. */
  relocate(found: readonly Diagnostic[]): readonly Diagnostic[] {
    const places = found.map(({ span }) => this.#placeOf(span));
    const shown = new Map<Diagnostic, Diagnostic>();
    for (const source of new Set(places.map((place) => place?.source))) {
      if (source === undefined) continue;
      const here = found.filter((_, index) => places[index]?.source === source);
      const described = this.#describe(source, here);
      for (const [index, one] of here.entries()) shown.set(one, described[index] ?? one);
    }
    return found.map((one) => this.#withOthers(one, shown.get(one) ?? one));
  }

  #describe(source: IncludedText, found: readonly Diagnostic[]): readonly Diagnostic[] {
    const bytes = ({ start, end }: Place): readonly [number, number] => {
      const before = utf8Length(source.text.slice(0, start));
      return [before, before + utf8Length(source.text.slice(start, end))];
    };
    const problems = found.map(({ code, message, help = null, span, related }) => ({
      code,
      message,
      help,
      place: bytes(this.#placeOf(span) ?? { source, start: 0, end: 0 }),
      related: related.flatMap((other) => {
        const place = this.#placeOf(other.span);
        return place?.source === source ? [{ message: other.message, place: bytes(place) }] : [];
      }),
    }));
    const json = this.#tools.describe(source.name, source.text, JSON.stringify(problems));
    return this.shown(source, JSON.parse(json) as WireDiagnostic[]);
  }

  /** Adds the places that are in other sources than the problem itself. */
  #withOthers(found: Diagnostic, shown: Diagnostic): Diagnostic {
    const { source } = this.#placeOf(found.span) ?? {};
    const others: Related[] = [];
    let frame = shown.frame;
    for (const { message, span } of found.related) {
      const place = this.#placeOf(span);
      if (place === undefined || place.source === source) continue;
      const [other] = this.#describe(place.source, [{ ...found, span, related: [] }]);
      if (other === undefined) continue;
      const { line, column } = other.span;
      others.push({ message, span: other.span, ...(place.source.file !== undefined && { file: place.source.file }) });
      frame += `\n ::: ${place.source.name}:${line}:${column}: ${message}`;
    }
    return others.length === 0 ? shown : { ...shown, related: [...shown.related, ...others], frame };
  }

  #placeOf(span: Pick<SourceSpan, "start" | "end">): Place | undefined {
    const after = this.#sections.findIndex(({ at }) => at > span.start);
    const index = Math.max(0, (after < 0 ? this.#sections.length : after) - 1);
    const section = this.#sections[index];
    if (section === undefined) return undefined;
    const inside = (place: number): number =>
      Math.min(section.end, Math.max(section.start, section.start + place - section.at));
    return { source: section.source, start: inside(span.start), end: inside(span.end) };
  }
}
