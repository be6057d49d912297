// The dialog with a link to the policy and the event.

import { html, nothing, type TemplateResult } from "lit";
import { texts } from "../texts.js";
import type { Workbench } from "../workbench/workbench.js";

const words = texts.share;

export function shareButton(bench: Workbench): TemplateResult {
  return html`<button @click=${() => void bench.share()}>${words.button}</button>`;
}

export function shareDialog(bench: Workbench): TemplateResult | typeof nothing {
  const { shared } = bench;
  if (shared === undefined) return nothing;
  const close = (): void => bench.update(() => (bench.shared = undefined));
  return html`<dialog aria-labelledby="share-title" @close=${close}>
    <h2 id="share-title">${words.title}</h2>
    ${
      "why" in shared
        ? html`<p class="notice error">${words.failed(shared.why)}</p>`
        : html`<p>${words.what}</p>
          <label class="field"><span>${words.link}</span><input class="code" readonly .value=${shared.link} @focus=${selectAll}></label>`
    }
    <p class="actions">
      ${
        "link" in shared
          ? html`<button class="primary" @click=${() => void copy(bench, shared.link)}>${words.copy}</button>`
          : nothing
      }
      <button @click=${(event: Event) => (event.target as Element).closest("dialog")?.close()}>${words.close}</button>
      <span class="status" role="status">${bench.note}</span>
    </p>
  </dialog>`;
}

function selectAll(event: Event): void {
  (event.target as HTMLInputElement).select();
}

async function copy(bench: Workbench, link: string): Promise<void> {
  await navigator.clipboard.writeText(link).then(
    () => bench.say(texts.event.copied),
    () => bench.say(words.notCopied),
  );
}
