// The stream that replay and compare judge: choosing it, and how far a task is.

import { html, nothing, type TemplateResult } from "lit";
import type { Progress } from "../replay/protocol.js";
import { texts } from "../texts.js";
import type { Task } from "../workbench/replay-state.js";
import { session } from "../workbench/samples.js";
import type { Workbench } from "../workbench/workbench.js";

const words = texts.replay;

/** Where a file is dropped. */
export function streamChooser(bench: Workbench): TemplateResult {
  return html`<div class="empty drop" @dragover=${allowDrop} @drop=${(event: DragEvent) => drop(event, bench)}>
    <p><b>${words.drop}</b></p>
    <p>${words.dropHint}</p>
    <p class="actions">${fileButton(bench, words.choose)}
      <button @click=${() => openSession(bench)}>${words.session}</button></p>
  </div>`;
}

/** The name of the stream, and how to take another. */
export function streamBar(bench: Workbench): TemplateResult {
  const { stream } = bench.replay;
  if (stream === undefined) return streamChooser(bench);
  return html`<div class="row stream" @dragover=${allowDrop} @drop=${(event: DragEvent) => drop(event, bench)}>
    <span class="file"><b>${stream.name}</b> <span class="label">${words.size(stream.blob.size)}</span></span>
    ${fileButton(bench, words.another)}
  </div>`;
}

/** How far a task is, and what became of it. */
export function taskView(bench: Workbench, task: Task<Progress>): TemplateResult | typeof nothing {
  if (task.is === "failed") return html`<p class="notice error" role="status">${words.failed(task.why)}</p>`;
  if (task.is === "cancelled") return html`<p class="notice" role="status">${words.cancelled}</p>`;
  if (task.is !== "running") return nothing;
  const soFar = task.soFar?.isComplete === false ? task.soFar : undefined;
  const share = soFar === undefined ? 0 : soFar.read / Math.max(1, soFar.size);
  return html`<div class="row progress">
    <progress aria-label=${words.progress} max="1" .value=${share}></progress>
    <span class="label">${words.percent(share)}</span>
    <button @click=${() => bench.replay.stop()}>${words.cancel}</button>
  </div>`;
}

function fileButton(bench: Workbench, label: string): TemplateResult {
  const choose = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file !== undefined) bench.replay.open({ name: file.name, blob: file });
    input.value = "";
  };
  return html`<label class="button">${label}<input type="file" class="hidden" @change=${choose}></label>`;
}

function openSession(bench: Workbench): void {
  bench.replay.open({ name: words.sessionName, blob: new Blob([session]) });
}

function allowDrop(event: DragEvent): void {
  event.preventDefault();
}

function drop(event: DragEvent, bench: Workbench): void {
  event.preventDefault();
  const [file] = event.dataTransfer?.files ?? [];
  if (file !== undefined) bench.replay.open({ name: file.name, blob: file });
}
