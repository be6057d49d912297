// Marks in the gutter of the editor: tests that pass or fail, and rules that no test fires.

import { type Extension, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, GutterMarker, gutter } from "@codemirror/view";

const SIGNS = { passed: "✓", failed: "✕", unfired: "○" } as const;

/** A mark on the line of a place in the text. */
export interface TestMark {
  readonly at: number;
  readonly is: keyof typeof SIGNS;
  /** What it says, for people. */
  readonly title: string;
}

class Marker extends GutterMarker {
  readonly #mark: TestMark;

  constructor(mark: TestMark) {
    super();
    this.#mark = mark;
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof Marker && other.#mark.is === this.#mark.is && other.#mark.title === this.#mark.title;
  }

  override toDOM(): Node {
    const sign = document.createElement("span");
    sign.className = `test-${this.#mark.is}`;
    sign.textContent = SIGNS[this.#mark.is];
    sign.title = this.#mark.title;
    return sign;
  }
}

const replace = StateEffect.define<RangeSet<GutterMarker>>();

const markers = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update: (set, { changes, effects }) =>
    effects.reduce((last, effect) => (effect.is(replace) ? effect.value : last), set.map(changes)),
});

/** The gutter. It takes no room without marks. */
export const testMarks: Extension = [
  markers,
  gutter({ class: "cm-tests", markers: (view) => view.state.field(markers) }),
];

/** Replaces all marks. They move with the text. */
export function setTestMarks(view: EditorView, marks: readonly TestMark[]): void {
  const { doc } = view.state;
  // The gutter shows what is at the start of a line.
  const ranges = marks.map((mark) => new Marker(mark).range(doc.lineAt(Math.min(mark.at, doc.length)).from));
  view.dispatch({ effects: replace.of(RangeSet.of(ranges, true)) });
}
