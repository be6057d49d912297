// `<sentry-preview>`: a policy, and what it decides, as one element.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Included, Judged } from "./judge/protocol.js";
import { type Tab, texts } from "./texts.js";
import { comparePanel } from "./view/compare-panel.js";
import { PolicyEditor } from "./view/editor.js";
import { eventPanel } from "./view/event-panel.js";
import { gatePanel } from "./view/gate-panel.js";
import { policyCard } from "./view/policy-card.js";
import { replayPanel } from "./view/replay-panel.js";
import { shareButton, shareDialog } from "./view/share-dialog.js";
import { styles } from "./view/styles.js";
import { testsPanel } from "./view/tests-panel.js";
import { Timeline } from "./view/timeline.js";
import { type Saving, Workbench } from "./workbench/workbench.js";

export type { Saving };

/** The width below which one panel is shown at a time, as in the styles. */
const NARROW_PX = 820;

const PANELS = ["event", "tests", "replay", "compare", "gate"] as const satisfies readonly Tab[];
type Panel = (typeof PANELS)[number];

/**
 * A policy editor with everything that shows what the policy does. All of it runs in the page.
 *
 * The attribute `theme` is `light` or `dark`; without it, the system's colours apply. The property
 * `policy` is the text in the editor, and `format` its language. The event `policy-change` fires
 * when the text changes, the event `judged` when a decision is on view.
 *
 * @example
 * <script type="module" src="sentry-preview.js"></script>
 * <sentry-preview theme="dark"></sentry-preview>
 */
export class SentryPreview extends LitElement {
  static override styles = styles;

  readonly #bench = new Workbench(() => this.requestUpdate());
  readonly #timeline = new Timeline((part) => {
    void this.#bench.replay.select({ by: "part", part }).then(() => this.#reveal("selected"));
  });
  #announced: Judged | undefined;
  #editor: PolicyEditor | undefined;
  #isNarrow = false;
  readonly #size = new ResizeObserver(([entry]) => {
    const isNarrow = (entry?.contentRect.width ?? 0) <= NARROW_PX;
    if (isNarrow === this.#isNarrow) return;
    this.#isNarrow = isNarrow;
    this.requestUpdate();
  });

  /** The text of the policy. */
  get policy(): string {
    return this.#bench.policy.text;
  }

  set policy(text: string) {
    if (this.#editor === undefined) this.#bench.setPolicy(text);
    else this.#editor.text = text;
  }

  /** The language of the policy: `acl` or `toml`. */
  get format(): "acl" | "toml" {
    return this.#bench.policy.format;
  }

  set format(format: "acl" | "toml") {
    this.#bench.setPolicy(this.policy, format);
    if (this.#editor !== undefined) this.#editor.language = format;
  }

  /** What is opened: the policy, and what is judged. The policy is then the baseline "as opened". */
  open(
    policy: string,
    format: "acl" | "toml",
    event?: { mode: "command" | "json"; text: string },
    includes: readonly Included[] = [],
  ): void {
    this.#bench.setIncludes(includes);
    this.format = format;
    this.policy = policy;
    this.#bench.opened = this.#bench.policy;
    if (event !== undefined) {
      this.#bench.setEvent({ mode: event.mode, [event.mode]: event.text });
    }
  }

  /** Shows a message beside the policy, for some seconds. */
  say(message: string): void {
    this.#bench.say(message);
  }

  /** Where the policy is written back; without it, there is no button to save. */
  set saving(saving: Saving | undefined) {
    this.#bench.setSaving(saving);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
    this.#bench.reveal = (id) => this.#reveal(id);
    this.#bench.showRule = (name) => this.#inEditor((editor) => editor.selectRule(name));
    this.#bench.showPlace = (from, to) => this.#inEditor((editor) => editor.select(from, to));
    this.#bench.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
    this.#bench.close();
  }

  protected override firstUpdated(): void {
    const parent = this.renderRoot.querySelector<HTMLElement>(".editor");
    if (parent === null || this.shadowRoot === null) return;
    this.#editor = new PolicyEditor({
      parent,
      root: this.shadowRoot,
      text: this.policy,
      label: texts.policy.editor,
      onSave: () => {
        void this.#bench.save();
        return this.#bench.saving !== undefined;
      },
      onChange: (text) => {
        this.#bench.setPolicy(text);
        this.dispatchEvent(new CustomEvent("policy-change", { detail: text, bubbles: true, composed: true }));
      },
    });
    this.#editor.language = this.format;
  }

  /** Whether the policy has changes that are not saved. Only if it can be saved. */
  get isChanged(): boolean {
    return this.#bench.isChanged;
  }

  protected override updated(_: PropertyValues): void {
    this.#editor?.mark(this.#bench.problemsOf, this.#bench.problems);
    this.#editor?.markTests(this.#bench.tests.run);
    if (this.#bench.judged !== this.#announced) {
      if (this.#announced === undefined) performance.mark("first-decision");
      this.#announced = this.#bench.judged;
      this.dispatchEvent(new CustomEvent("judged", { detail: this.#bench.judged, bubbles: true, composed: true }));
    }
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog !== null && !dialog.open) dialog.showModal();
  }

  protected override render(): TemplateResult {
    const bench = this.#bench;
    const tab = this.#tab;
    return html`<div class="app">
      <header>
        <h1><svg viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5zm-1.2 13.4-3.5-3.5 1.4-1.4 2.1 2.1 4.9-4.9 1.4 1.4z"/></svg>
          ${texts.product} <span>${texts.title}</span></h1>
        ${shareButton(bench)}
        ${this.#themePicker()}
      </header>
      <main data-tab=${tab} @allow-event=${this.#allow} @write-test=${this.#writeTest}>
        <section class="card policy" aria-label=${texts.policy.title}>
          ${policyCard(bench, () => this.#editor, html`<div class="editor"></div>`)}
        </section>
        <div class="side">
          <div role="tablist" aria-label=${texts.tabs.label} @keydown=${this.#moveTab}>${this.#tabs.map((name) => this.#tabView(name, tab))}</div>
          <div class="panels">
            ${PANELS.map(
              (
                name,
              ) => html`<div role="tabpanel" id="panel-${name}" aria-labelledby="tab-${name}" tabindex="0" ?hidden=${name !== tab}>
                ${name === tab ? this.#panel(name) : nothing}</div>`,
            )}
          </div>
        </div>
      </main>
      <p class="toast" role="status">${this.#isNarrow && tab !== "policy" && bench.shared === undefined ? bench.note : ""}</p>
      ${shareDialog(bench)}
    </div>`;
  }

  #panel(name: Panel): TemplateResult {
    switch (name) {
      case "event":
        return eventPanel(this.#bench);
      case "tests":
        return testsPanel(this.#bench);
      case "replay":
        return replayPanel(this.#bench, this.#timeline);
      case "compare":
        return comparePanel(this.#bench);
      case "gate":
        return gatePanel(this.#bench);
    }
  }

  get #tabs(): Tab[] {
    return [...(this.#isNarrow ? (["policy"] as const) : []), ...PANELS];
  }

  /** The tab that is shown: the policy has one only where there is no room beside it. */
  get #tab(): Tab {
    return this.#bench.tab === "policy" && !this.#isNarrow ? "event" : this.#bench.tab;
  }

  #tabView(name: Tab, selected: Tab): TemplateResult {
    return html`<button role="tab" id="tab-${name}" aria-selected=${name === selected} tabindex=${name === selected ? 0 : -1}
      aria-controls=${name === "policy" ? nothing : `panel-${name}`} @click=${() => this.#show(name)}>${texts.tabs[name]}</button>`;
  }

  #show(tab: Tab): void {
    this.#bench.show(tab);
  }

  async #moveTab(event: KeyboardEvent): Promise<void> {
    const tabs = this.#tabs;
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.indexOf(this.#tab);
    const to = Number.isFinite(step) ? (at + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
    const next = tabs[to];
    if (next === undefined) return;
    this.#show(next);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  }

  #themePicker(): TemplateResult {
    const { label, ...names } = texts.theme;
    const set = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      if (value === "auto") this.removeAttribute("theme");
      else this.setAttribute("theme", value);
      this.#timeline.recolour();
    };
    const current = this.getAttribute("theme") ?? "auto";
    return html`<select aria-label=${label} @change=${set}>${Object.entries(names).map(
      ([value, name]) => html`<option value=${value} ?selected=${value === current}>${name}</option>`,
    )}</select>`;
  }

  /** Adds an exception for an event before the first rule of the policy. */
  async #allow({ detail: event }: CustomEvent<string>): Promise<void> {
    const { policy } = this.#bench;
    try {
      const { at, insert } = await this.#bench.judge.ask("exception", { policy, event });
      if (this.policy !== policy.text) return;
      this.#editor?.change(at, at, insert);
      this.#bench.say(texts.event.allowDone);
    } catch (error) {
      this.#bench.say(texts.event.notAllowed(error instanceof Error ? error.message : String(error)));
    }
  }

  #reveal(id: string): void {
    void this.updateComplete.then(() => {
      const element = this.renderRoot.querySelector<HTMLElement>(`#${id}`);
      element?.scrollIntoView({ block: "nearest" });
      element?.focus({ preventScroll: true });
    });
  }

  /** Shows something of the policy, in whose tab it is where there is no room beside it. */
  #inEditor(show: (editor: PolicyEditor) => void): void {
    if (this.#isNarrow) this.#show("policy");
    void this.updateComplete.then(() => {
      if (this.#editor !== undefined) show(this.#editor);
    });
  }

  /** Adds a test of an event to the end of the policy. */
  async #writeTest({ detail: event }: CustomEvent<string>): Promise<void> {
    try {
      const test = await this.#bench.judge.ask("test", { policy: this.#bench.policy, event });
      const { policy } = this;
      if (policy.includes(test)) return this.#bench.say(texts.tests.exists);
      const before = policy === "" || policy.endsWith("\n\n") ? "" : policy.endsWith("\n") ? "\n" : "\n\n";
      this.#editor?.change(policy.length, policy.length, `${before}${test}`);
      this.#bench.say(texts.tests.written);
    } catch (error) {
      this.#bench.say(texts.tests.notWritten(error instanceof Error ? error.message : String(error)));
    }
  }
}

customElements.define("sentry-preview", SentryPreview);

declare global {
  interface HTMLElementTagNameMap {
    "sentry-preview": SentryPreview;
  }
}
