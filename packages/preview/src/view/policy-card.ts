// The card of the policy: the editor, its state in a line, and its problems.

import { quickFixes } from "@a3s-sentry/core/tools";
import { html, nothing, type TemplateResult } from "lit";
import { texts } from "../texts.js";
import { count, type Problem } from "../workbench/problems.js";
import { type SampleName, samples } from "../workbench/samples.js";
import type { Workbench } from "../workbench/workbench.js";
import type { PolicyEditor } from "./editor.js";

const words = texts.policy;

/** Returns the editor; `undefined` until the element is in the document. */
export type FindEditor = () => PolicyEditor | undefined;

export function policyCard(bench: Workbench, editor: FindEditor, host: TemplateResult): TemplateResult {
  return html`
    <div class="bar">
      <h2>${words.title}</h2>
      <span class="status" role="status">${bench.note === "" ? status(bench) : bench.note}</span>
      <span class="end">
        ${bench.saving === undefined ? nothing : saveButton(bench)}
        <button ?disabled=${bench.policy.format !== "acl"} @click=${() => void format(bench, editor)}>${words.format}</button>
        <select aria-label=${words.startFrom} @change=${(event: Event) => startFrom(event, bench, editor)}>
          <option value="">${words.choose}</option>
          ${Object.entries(words.samples).map(([name, label]) => html`<option value=${name}>${label}</option>`)}
        </select>
      </span>
    </div>
    ${host}
    ${bench.problems.length === 0 ? nothing : problemList(bench, editor)}`;
}

function status({ judged, problems }: Workbench): TemplateResult | string {
  if (judged === undefined) return words.checking;
  const [errors, warnings] = [count(problems, "error"), count(problems, "warning")];
  const rules = words.rules(judged.siteRules);
  if (errors + warnings === 0) return html`<span class="badge allow">${words.noProblems}</span>${rules}`;
  return html`${errors > 0 ? html`<span class="badge block">${words.errors(errors)}</span>` : nothing}
    ${warnings > 0 ? html`<span class="badge escalate">${words.warnings(warnings)}</span>` : nothing}${rules}`;
}

async function format(bench: Workbench, editor: FindEditor): Promise<void> {
  const { text } = bench.policy;
  try {
    const formatted = await bench.judge.ask("format", { text });
    const view = editor();
    if (view !== undefined && view.text === text) view.text = formatted;
    bench.say(words.formatted);
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    bench.say(words.notFormatted(why));
  }
}

function saveButton(bench: Workbench): TemplateResult {
  return html`<button class="primary" title=${bench.saving?.name ?? ""} ?disabled=${!bench.isChanged}
    @click=${() => void bench.save()}>${words.save}</button>`;
}

function startFrom(event: Event, bench: Workbench, editor: FindEditor): void {
  const select = event.target as HTMLSelectElement;
  const name = select.value as SampleName | "";
  if (name === "") return;
  bench.setPolicy(bench.policy.text, "acl");
  const view = editor();
  if (view !== undefined) view.text = samples[name];
  bench.say(words.undone);
  select.value = "";
}

function problemList(bench: Workbench, editor: FindEditor): TemplateResult {
  return html`<ul class="problems" aria-label=${words.problems} tabindex="0">
    ${bench.problems.map((problem) => problemView(bench, problem, editor))}</ul>`;
}

function problemView(bench: Workbench, problem: Problem, editor: FindEditor): TemplateResult {
  const { severity, message, help, span, file } = problem;
  const fixes = bench.policy.format === "acl" && file === undefined ? quickFixes(bench.problemsOf, problem) : [];
  const hasPlace = file === undefined && (span.end > 0 || span.line > 1);
  return html`<li>
    <span class="badge ${severity === "error" ? "block" : "escalate"}">${severity}</span>
    <div class="what">
      <p>${message}</p>
      ${help === undefined ? nothing : html`<p class="help">${help}</p>`}
      ${file === undefined ? nothing : html`<p class="help">${texts.policy.inFile(file, span.line)}</p>`}
      <p class="fixes">
        ${
          hasPlace
            ? html`<button class="link" title=${words.goTo} @click=${() => editor()?.select(span.start, span.end)}>${words.line(span.line)}</button>`
            : nothing
        }
        ${fixes.map(
          ({ name, from, to, insert }) =>
            html`<button class="link" @click=${() => editor()?.change(from, to, insert)}>${name}</button>`,
        )}
      </p>
    </div></li>`;
}
