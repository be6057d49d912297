// The policy editor: CodeMirror with ACL, completion, documentation and diagnostics.

import { quickFixes } from "@a3s-sentry/core/tools";
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching,
  ensureSyntaxTree,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
  syntaxTree,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { complete } from "../acl/completion.js";
import { hoverDocs } from "../acl/hover.js";
import { acl } from "../acl/language.js";
import { rulePlaces } from "../acl/rule-places.js";
import type { TestRun } from "../judge/protocol.js";
import { texts } from "../texts.js";
import type { Problem } from "../workbench/problems.js";
import { setTestMarks, type TestMark, testMarks } from "./test-marks.js";

/** How long marks may wait for the parser. */
const PARSE_MS = 50;

const theme = EditorView.theme({
  "&": { height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--raised) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--mark) 45%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--accent) 22%, transparent)" },
  ".cm-foldPlaceholder": { background: "var(--raised)", border: "1px solid var(--line)", color: "var(--muted)" },
  ".cm-tooltip": {
    background: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    boxShadow: "0 4px 16px rgb(0 0 0 / 0.18)",
    overflow: "hidden",
    maxWidth: "min(440px, 92vw)",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionInfo": { padding: "6px 10px", maxWidth: "300px" },
  ".cm-diagnostic": { padding: "6px 10px", borderLeft: "3px solid var(--line)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--block)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--escalate)" },
  ".cm-diagnosticAction": { background: "var(--accent)", color: "var(--on-accent)", borderRadius: "4px" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--block)",
    textDecorationSkipInk: "none",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--escalate)",
    textDecorationSkipInk: "none",
  },
  ".cm-tests .cm-gutterElement": { padding: "0 3px", fontSize: "12px", fontWeight: "700", cursor: "default" },
  ".test-passed": { color: "var(--allow)" },
  ".test-failed": { color: "var(--block)" },
  ".test-unfired": { color: "var(--escalate)" },
  ".cm-panels": { background: "var(--raised)", color: "var(--text)" },
  ".cm-panels button, .cm-panels input": { backgroundImage: "none" },
  ".cm-panel.cm-search label": { display: "inline-flex", gap: "4px" },
});

export interface EditorOptions {
  readonly parent: HTMLElement;
  /** The shadow root that gets the editor's styles. */
  readonly root: ShadowRoot | Document;
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** Saves the text. Returns whether there is anything to save to. */
  readonly onSave: () => boolean;
}

/** A text editor for one policy. */
export class PolicyEditor {
  readonly #view: EditorView;
  readonly #language = new Compartment();
  #marked: readonly Problem[] = [];
  #ran: TestRun | undefined;

  constructor({ parent, root, text, label, onChange, onSave }: EditorOptions) {
    const extensions: Extension = [
      lineNumbers(),
      foldGutter(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      indentUnit.of("  "),
      bracketMatching(),
      closeBrackets(),
      highlightSelectionMatches(),
      search({ top: true }),
      autocompletion({ override: [complete], icons: false }),
      hoverDocs,
      lintGutter(),
      testMarks,
      this.#language.of(acl()),
      theme,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
      // Not the key Tab: it must lead out of the editor.
      keymap.of([
        { key: "Mod-s", run: onSave },
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...lintKeymap,
        ...searchKeymap,
        ...foldKeymap,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
    ];
    this.#view = new EditorView({ parent, root, state: EditorState.create({ doc: text, extensions }) });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Replaces the text as one step that can be undone. */
  set text(text: string) {
    if (text === this.text) return;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  set language(format: "acl" | "toml") {
    this.#view.dispatch({ effects: this.#language.reconfigure(format === "acl" ? acl() : []) });
  }

  /** Replaces a part of the text and shows it. */
  change(from: number, to: number, insert: string): void {
    this.#view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
    this.#reveal(from);
  }

  /** Selects a part of the text and moves the focus there. */
  select(from: number, to: number): void {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ selection: { anchor: Math.min(from, length), head: Math.min(to, length) } });
    this.#reveal(Math.min(from, length));
    this.#view.focus();
  }

  /** Marks the problems of a text. Those of another text are ignored: newer ones follow. */
  mark(text: string, problems: readonly Problem[]): void {
    if (problems === this.#marked || text !== this.text) return;
    this.#marked = problems;
    const { length } = this.#view.state.doc;
    // A place in an included file is none in this text.
    const diagnostics = problems
      .filter(({ file }) => file === undefined)
      .map((problem) => {
        const { severity, message, help, span, code } = problem;
        const from = Math.min(span.start, length);
        const actions = quickFixes(text, problem).map((fix) => ({
          name: fix.name,
          apply: () => this.change(fix.from, fix.to, fix.insert),
        }));
        const shown = help === undefined ? message : `${message}\n${help}`;
        return {
          from,
          to: Math.min(Math.max(span.end, from), length),
          severity,
          message: shown,
          source: code,
          actions,
        };
      });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Marks tests, and rules that none of them fires. A run of another text is ignored: a newer one follows. */
  markTests(run: TestRun | undefined): void {
    const { text } = this;
    if (run === this.#ran || (run !== undefined && run.policy !== text)) return;
    this.#ran = run;
    setTestMarks(this.#view, run === undefined || run.tests.length === 0 ? [] : this.#marksOf(run));
  }

  #marksOf({ tests, coverage }: TestRun): TestMark[] {
    const places = this.#rules;
    return [
      ...tests
        .filter(({ file }) => file === undefined)
        .map(({ span, outcome, reasons }): TestMark => {
          const title = [texts.tests.outcomes[outcome], ...reasons].join("\n");
          return { at: span.start, is: outcome === "passed" ? "passed" : "failed", title };
        }),
      ...coverage.unfired.flatMap((name): TestMark[] => {
        const place = places.get(name);
        return place === undefined ? [] : [{ at: place.from, is: "unfired", title: texts.tests.unfiredRule }];
      }),
    ];
  }

  get #rules(): ReturnType<typeof rulePlaces> {
    const { state } = this.#view;
    const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MS) ?? syntaxTree(state);
    return rulePlaces(tree, this.text);
  }

  /** Selects the name of a rule, if the text has the rule. */
  selectRule(name: string): void {
    const place = this.#rules.get(name);
    if (place !== undefined) this.select(place.from, place.to);
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }

  #reveal(at: number): void {
    this.#view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "center" }) });
  }
}
