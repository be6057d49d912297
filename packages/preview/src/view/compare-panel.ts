// The compare panel: the events of a stream that two policies decide differently.

import { html, nothing, type TemplateResult } from "lit";
import type { Change, Comparison, Said } from "../replay/protocol.js";
import { texts } from "../texts.js";
import { type SampleName, samples } from "../workbench/samples.js";
import type { Workbench } from "../workbench/workbench.js";
import { streamBar, streamChooser, taskView } from "./stream-bar.js";

const words = texts.compare;
/** More rows than that are for the export. */
const MAX_ROWS = 300;

export function comparePanel(bench: Workbench): TemplateResult {
  const { stream, comparison, baselineName } = bench.replay;
  const title = html`<h2 class="hidden">${words.title}</h2>`;
  if (stream === undefined) return html`${title}<p>${words.intro}</p>${streamChooser(bench)}`;
  const result = comparison.is === "done" ? comparison : undefined;
  return html`${title}
    ${streamBar(bench)}
    <div class="row">
      <label class="field"><span>${words.baseline}</span>
        <select @change=${(event: Event) => choose(bench, (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${baselineName === ""}>${words.choose}</option>
          <option value="opened" ?selected=${baselineName === "opened"}>${words.opened}</option>
          <option value="kept" ?selected=${baselineName === "kept"}>${words.kept}</option>
          ${(Object.keys(samples) as SampleName[]).map(
            (name) =>
              html`<option value=${name} ?selected=${baselineName === name}>${texts.policy.samples[name]}</option>`,
          )}
        </select></label>
    </div>
    ${taskView(bench, comparison)}
    ${result !== undefined && result.policy !== bench.policy.text ? changed(bench) : nothing}
    ${result === undefined ? (comparison.is === "none" ? html`<p class="empty">${words.empty}</p>` : nothing) : changes(bench, result.result)}`;
}

function choose(bench: Workbench, name: string): void {
  const policy =
    name === "opened"
      ? bench.opened
      : name === "kept"
        ? bench.policy
        : name === ""
          ? undefined
          : { text: samples[name as SampleName], format: "acl" as const };
  bench.replay.setBaseline(name, policy);
}

function changed(bench: Workbench): TemplateResult {
  return html`<div class="notice row"><span>${texts.replay.changed}</span>
    <button @click=${() => void bench.replay.compare()}>${texts.replay.again}</button></div>`;
}

function changes(bench: Workbench, comparison: Comparison): TemplateResult {
  const { changed: count, events, moves } = comparison;
  if (count === 0) return html`<p class="empty">${words.same(events)}</p>`;
  const { filter } = bench.replay;
  const found = comparison.changes.filter((change) => isFound(change, filter));
  return html`
    <p><b>${words.changed(count, events)}</b></p>
    <div class="chips" role="group" aria-label=${words.moves}>${Object.entries(moves).map(([move, hits]) => {
      const [before = "", after = ""] = move.split(">");
      const isOn = filter.move === move;
      return html`<button class="chip words" aria-pressed=${isOn} @click=${() => bench.replay.setFilter({ move: isOn ? "" : move })}>
        ${words.move(before, after)} · ${hits.toLocaleString("en")}</button>`;
    })}</div>
    <div class="row">
      <label class="field"><span>${words.filter}</span><input .value=${filter.text} spellcheck="false"
        @input=${(event: Event) => bench.replay.setFilter({ text: (event.target as HTMLInputElement).value })}></label>
      <button @click=${() => save(found)} ?disabled=${found.length === 0}>${words.export}</button>
    </div>
    <div class="scroll tall" tabindex="0" role="region" aria-label=${words.table}><table>
      <thead><tr><th scope="col" class="line">${words.line}</th><th scope="col" class="text">${words.event}</th>
        <th scope="col" class="text">${words.before}</th><th scope="col" class="text">${words.after}</th></tr></thead>
      <tbody>${found.slice(0, MAX_ROWS).map((change) => row(bench, change))}</tbody></table></div>
    <p class="label">${words.shown(Math.min(found.length, MAX_ROWS), count)}</p>`;
}

function isFound({ subject, kind, before, after }: Change, { text, move }: { text: string; move: string }): boolean {
  if (move !== "" && move !== `${before.verdict}>${after.verdict}`) return false;
  const words = `${kind} ${subject} ${before.rule ?? ""} ${after.rule ?? ""}`.toLowerCase();
  return words.includes(text.toLowerCase());
}

function row(bench: Workbench, { line, subject, json, before, after }: Change): TemplateResult {
  const name =
    json === ""
      ? subject
      : html`<button class="link" @click=${() => bench.openEvent(json)}><code>${subject}</code></button>`;
  return html`<tr><td class="line">${line}</td><td class="text wide">${name}</td><td class="text">${said(before)}</td><td class="text">${said(after)}</td></tr>`;
}

function said({ verdict, rule }: Said): TemplateResult {
  return html`<span class="badge ${verdict}">${texts.event.verdicts[verdict]}</span><div class="by">${rule ?? texts.replay.default}</div>`;
}

/** Saves the rows as NDJSON. */
function save(rows: readonly Change[]): void {
  const lines = rows.map(({ json, ...change }) => JSON.stringify({ ...change, event: json }));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "application/x-ndjson" }));
  link.download = "changes.ndjson";
  link.click();
  URL.revokeObjectURL(link.href);
}
