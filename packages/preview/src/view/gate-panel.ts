// The prompt panel: a text masked as it is typed, what was found in it, and an answer restored.

import { html, nothing, type TemplateResult } from "lit";
import type { Direction, Gated } from "../judge/protocol.js";
import { texts } from "../texts.js";
import type { Workbench } from "../workbench/workbench.js";

const words = texts.gate;
const DIRECTIONS: readonly Direction[] = ["request", "response"];

export function gatePanel(bench: Workbench): TemplateResult {
  const { text, direction, answer } = bench.gate;
  const { gated } = bench;
  return html`<h2 class="hidden">${words.title}</h2>
    <div class="form">
      <fieldset class="segmented"><legend class="hidden">${words.direction}</legend>${DIRECTIONS.map(
        (name) => html`<label><input type="radio" name="direction" .checked=${name === direction}
          @change=${() => bench.setGate({ direction: name })}>${words.directions[name]}</label>`,
      )}</fieldset>
      <label class="field"><span>${words.text[direction]}</span>
        <textarea rows="5" spellcheck="false" placeholder=${words.hint} .value=${text}
          @input=${(event: Event) => bench.setGate({ text: (event.target as HTMLTextAreaElement).value })}></textarea></label>
    </div>
    ${text === "" ? html`<p class="empty">${words.empty}</p>` : gated === undefined ? nothing : result(bench, gated, answer)}`;
}

function result(bench: Workbench, gated: Gated, answer: string): TemplateResult {
  const { decision, masked, finds, restored } = gated;
  return html`
    <div class="verdict ${decision.verdict}" role="status">
      <p class="word"><strong>${decision.verdict === "block" ? words.blocked : words.passes(finds.length)}</strong></p>
      ${decision.rule === undefined ? nothing : html`<p>${decision.reason}</p>`}
    </div>
    <div><h3>${words.masked}</h3><p class="subject" tabindex="0" role="group" aria-label=${words.masked}>${marked(masked)}</p></div>
    <div><h3>${words.finds}</h3>${
      finds.length === 0
        ? html`<p class="label">${words.noFinds}</p>`
        : html`<ul class="rules finds">${finds.map(
            ({ kind, placeholder }) => html`<li><span class="name">${kind}</span><code>${placeholder}</code></li>`,
          )}</ul>`
    }</div>
    <label class="field"><span>${words.answer}</span>
      <textarea rows="3" spellcheck="false" placeholder=${masked} .value=${answer}
        @input=${(event: Event) => bench.setGate({ answer: (event.target as HTMLTextAreaElement).value })}></textarea></label>
    <div><h3>${words.restored}</h3><p class="subject" tabindex="0" role="group" aria-label=${words.restored}>${restored}</p></div>`;
}

/** The text with its placeholders marked. */
function marked(text: string): TemplateResult[] {
  return text
    .split(/(\{\{A3S_REDACTED:[^{}]*\}\})/)
    .map((part, index) => (index % 2 === 1 ? html`<mark>${part}</mark>` : html`${part}`));
}
