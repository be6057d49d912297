// A list of bars: names with their counts, each a button. Drawn as SVG, since the content security
// policy of the page allows no style attributes.

import { html, type TemplateResult } from "lit";

export interface Bar {
  readonly name: string;
  readonly hits: number;
  /** A verdict, whose colour the bar has. */
  readonly colour?: string;
  readonly note?: TemplateResult;
  readonly isSelected: boolean;
  readonly select: () => void;
}

export function bars(list: readonly Bar[]): TemplateResult {
  const most = Math.max(1, ...list.map(({ hits }) => hits));
  return html`<ol class="bars">${list.map(
    ({ name, hits, colour = "neutral", note, isSelected, select }) => html`<li>
      <button aria-pressed=${isSelected} @click=${select}>
        <svg class="fill ${colour}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width=${(100 * hits) / most} height="1"></rect></svg>
        <span class="name">${name}</span>${note}<span class="hits">${hits.toLocaleString("en")}</span>
      </button></li>`,
  )}</ol>`;
}
