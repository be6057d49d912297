// The tests panel: the tests in the policy, what they say, and the rules that none of them fires.

import { shareOf } from "@a3s-sentry/core/tools";
import { html, nothing, type TemplateResult } from "lit";
import type { RanTest, TestRun } from "../judge/protocol.js";
import { texts } from "../texts.js";
import type { Workbench } from "../workbench/workbench.js";

const words = texts.tests;
const MARKS = { passed: "✓", failed: "✕", invalid: "✕" } as const;

export function testsPanel(bench: Workbench): TemplateResult {
  const { run, failure } = bench.tests;
  const isStale = bench.judged !== undefined && bench.judged.by !== "current";
  return html`<h2 class="hidden">${words.title}</h2>
    ${failure === undefined ? nothing : html`<p class="notice error" role="status">${words.failed(failure)}</p>`}
    ${isStale ? html`<p class="notice error" role="status">${run === undefined ? words.waits : words.stale}</p>` : nothing}
    ${run === undefined ? (isStale ? nothing : html`<p class="empty">${texts.policy.checking}</p>`) : ranView(bench, run)}`;
}

function ranView(bench: Workbench, run: TestRun): TemplateResult {
  const { tests, problems } = run;
  const unread = problems.map(({ message, span }) => html`<p>${texts.policy.line(span.line)}: ${message}</p>`);
  return html`
    ${unread.length === 0 ? nothing : html`<div class="notice error" role="status"><p><b>${words.unread}</b></p>${unread}</div>`}
    ${tests.length > 0 ? results(bench, run) : unread.length > 0 ? nothing : empty(bench)}`;
}

function empty(bench: Workbench): TemplateResult {
  return html`<div class="empty">
    <p><b>${words.none}</b></p>
    <p>${words.what}</p>
    <pre>${words.example}</pre>
    <p class="actions">${writeTestButton(bench, bench.shownJson, words.ofEvent)}</p>
  </div>`;
}

function results(bench: Workbench, run: TestRun): TemplateResult {
  const { tests, coverage } = run;
  const failed = tests.filter(({ outcome }) => outcome !== "passed");
  const passed = tests.filter(({ outcome }) => outcome === "passed");
  const { rules, unfired } = coverage;
  return html`
    <div class="verdict ${failed.length > 0 ? "block" : "allow"}" role="status">
      <p class="word"><strong>${words.summary(failed.length, tests.length)}</strong></p>
      ${rules.length === 0 ? nothing : html`<p>${words.coverage(rules.length - unfired.length, rules.length, shareOf(coverage))}</p>`}
    </div>
    ${
      unfired.length === 0
        ? nothing
        : html`<p class="never"><span class="label">${words.unfired}</span> ${unfired.map(
            (name) => html`<button class="chip" @click=${() => bench.showRule(name)}>${name}</button>`,
          )}</p>`
    }
    ${failed.length === 0 ? nothing : list(bench, words.failing, failed)}
    ${passed.length === 0 ? nothing : list(bench, words.passing, passed)}`;
}

function list(bench: Workbench, title: string, tests: readonly RanTest[]): TemplateResult {
  return html`<div><h3>${title}</h3><ul class="rules tests">${tests.map((test) => testView(bench, test))}</ul></div>`;
}

function testView(bench: Workbench, { name, span, event, file, outcome, reasons, decision }: RanTest): TemplateResult {
  return html`<li class=${outcome}>
    <span class="mark" aria-label=${words.outcomes[outcome]} role="img">${MARKS[outcome]}</span>
    ${
      file === undefined
        ? html`<button class="link name" title=${texts.policy.goTo} @click=${() => bench.showPlace(span.start, span.end)}>${name}</button>`
        : html`<span class="name" title=${texts.policy.inFile(file, span.line)}>${name}</span>`
    }
    <button class="link" @click=${() => bench.openEvent(event)} aria-label=${words.openOf(name)}>${words.open}</button>
    ${reasons.map((reason) => html`<span class="why">${reason}</span>`)}
    ${outcome === "failed" && decision !== undefined ? html`<span class="why">${words.decided(decision.reason)}</span>` : nothing}
  </li>`;
}

/** A button that writes a test of an event: the component, which has the editor, adds it. */
export function writeTestButton(
  bench: Workbench,
  json: string | undefined,
  label: string,
  name = label,
): TemplateResult {
  const write = (event: Event): void => {
    event.target?.dispatchEvent(new CustomEvent("write-test", { bubbles: true, detail: json }));
  };
  return html`<button aria-label=${name} title=${name} @click=${write} ?disabled=${json === undefined || bench.policy.format !== "acl"}>${label}</button>`;
}
