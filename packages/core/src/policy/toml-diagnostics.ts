// Diagnostics of converted text, moved to the lines and columns of the TOML text.

import { utf8Length } from "../util/text.js";
import type { AclPart, AclText } from "./acl-text.js";
import { type Diagnostic, NOWHERE, type SourceSpan } from "./diagnostic.js";
import { isSecretPath, printable, renderFrame } from "./toml-frame.js";
import { type Range, type TomlPlace, tomlPlaces } from "./toml-places.js";

/** The last step of a path: a key or an index. */
const LAST_STEP = /(?:^|\.)(?:[\w-]+|"(?:[^"\\]|\\.)*")$|\[\d+\]$/;

/** A TOML text, and where it has which part of the policy. The places are found when needed. */
export class TomlText {
  readonly #name: string;
  readonly #text: string;
  #places: ReadonlyMap<string, TomlPlace> | undefined;
  #shown: string | undefined;

  /** The text must be valid TOML. */
  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  /**
   * Moves diagnostics about the converted text to the places in the TOML text. A part whose place
   * is not known gets that of the table around it, and its path in the message.
   */
  relocate(acl: AclText, diagnostics: readonly Diagnostic[]): Diagnostic[] {
    return diagnostics.map((found) => {
      const related = found.related.flatMap(({ message, span }) => {
        const place = this.#placeIn(acl, span);
        return place === undefined ? [] : [{ message, span: this.#span(place.range) }];
      });
      const part = partAt(acl.parts, found.span);
      return this.#placed({ ...found, related }, part && this.#rangeOf(acl.text, part, found.span));
    });
  }

  /** Gives a diagnostic about the part at `path` its place. */
  place(found: Diagnostic, path: string): Diagnostic {
    const place = this.#nearest(path);
    return this.#placed(found, place && { range: place.value, path });
  }

  #placeIn(acl: AclText, span: SourceSpan): Located | undefined {
    const part = partAt(acl.parts, span);
    return part && this.#rangeOf(acl.text, part, span);
  }

  #placed(found: Diagnostic, located: Located | undefined): Diagnostic {
    const isExact = located === undefined || this.#known.has(located.path);
    const message = isExact ? found.message : `${found.message} (in \`${located.path}\`)`;
    const span = located === undefined ? NOWHERE : this.#span(located.range);
    const moved = { ...found, message, span };
    const frame = renderFrame(this.#name, this.#withoutSecrets, moved, located !== undefined);
    return { ...moved, frame };
  }

  #rangeOf(acl: string, { path, part, start, end }: AclPart, span: SourceSpan): Located | undefined {
    const place = this.#nearest(path);
    if (place === undefined) return undefined;
    const range = place[part];
    // A string that is written alike in both texts: the same characters of it.
    const inner = span.start > start && span.end < end && acl.slice(start + 1, end - 1);
    if (part === "value" && inner && this.#text.slice(range.start + 1, range.end - 1) === inner) {
      const shift = range.start - start;
      return { path, range: { start: span.start + shift, end: span.end + shift } };
    }
    return { path, range };
  }

  /** The place of the part at `path`, otherwise of the closest part around it. */
  #nearest(path: string): TomlPlace | undefined {
    for (let at = path; at !== ""; ) {
      const place = this.#known.get(at);
      if (place !== undefined) return place;
      const around = at.replace(LAST_STEP, "");
      if (around === at) return undefined;
      at = around;
    }
    return undefined;
  }

  get #known(): ReadonlyMap<string, TomlPlace> {
    this.#places ??= tomlPlaces(this.#text);
    return this.#places;
  }

  /** The text as frames show it: without secrets, each character in its place. */
  get #withoutSecrets(): string {
    if (this.#shown !== undefined) return this.#shown;
    const secrets = [...this.#known].filter(([path]) => isSecretPath(path));
    let shown = "";
    for (const { value } of secrets.map(([, place]) => place).sort((a, b) => a.value.start - b.value.start)) {
      shown += this.#text.slice(shown.length, Math.max(shown.length, value.start));
      shown += this.#text.slice(shown.length, value.end).replace(/[^\n]/g, "*");
    }
    this.#shown = printable(shown + this.#text.slice(shown.length));
    return this.#shown;
  }

  #span({ start, end }: Range): SourceSpan {
    const before = this.#text.slice(0, start);
    const lineStart = before.lastIndexOf("\n") + 1;
    const byteStart = utf8Length(before);
    return {
      start,
      end,
      line: before.split("\n").length,
      column: start - lineStart + 1,
      byteStart,
      byteEnd: byteStart + utf8Length(this.#text.slice(start, end)),
    };
  }
}

interface Located {
  readonly path: string;
  readonly range: Range;
}

/** The part that a span is about: the entry that it covers, otherwise the smallest part around it. */
function partAt(parts: readonly AclPart[], span: SourceSpan): AclPart | undefined {
  let best: AclPart | undefined;
  for (const part of parts) {
    if (part.part === "key" && part.start === span.start && span.end > part.end) return part;
    if (part.start > span.start || span.end > part.end) continue;
    if (best === undefined || part.end - part.start < best.end - best.start) best = part;
  }
  return best;
}
