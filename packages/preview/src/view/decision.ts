// A decision as a person reads it: the verdict, what it is about, and what each rule said.

import type { CommandsTrace, CommandTrace, Explanation, RuleTrace } from "@a3s-sentry/core";
import { html, nothing, type TemplateResult } from "lit";
import type { Shown } from "../judge/protocol.js";
import { texts } from "../texts.js";
import type { Workbench } from "../workbench/workbench.js";
import { writeTestButton } from "./tests-panel.js";

const words = texts.event;
const MARKS = { decided: "➜", shadowed: "~", overridden: "~", "no-match": "·" } as const;
const VERDICT_MARKS = { allow: "✓", escalate: "▲", block: "✕" } as const;

export function decisionView(bench: Workbench, shown: Shown): TemplateResult {
  const { explanation } = shown;
  return html`
    <section class="form" aria-label=${words.facts.why} id="result">
      ${banner(shown)}
      ${facts(shown)}
      <div class="actions">
        <button @click=${(event: Event) => allow(event, shown)} ?disabled=${bench.policy.format !== "acl"}>${words.allow}</button>
        ${writeTestButton(bench, shown.json, words.writeTest)}
        <button @click=${() => void copy(bench, shown.json)}>${words.copy}</button>
      </div>
      <div><h3>${words.subject}</h3>${subject(explanation)}</div>
      ${explanation.commands === undefined ? nothing : commandsView(explanation.commands)}
      ${rulesView(bench, explanation)}
    </section>`;
}

function banner({ explanation, final, failClosed }: Shown): TemplateResult {
  const decision = explanation.sae ?? explanation.decision;
  const { verdict, severity, rule, reason } = decision;
  const origin = explanation.rules.find(({ name, outcome }) => name === rule && outcome === "decided")?.origin;
  const why = rule !== undefined && reason.startsWith(`${rule}: `) ? reason.slice(rule.length + 2) : reason;
  return html`<div class="verdict ${verdict}" role="status" aria-live="polite">
    <p class="word"><strong><span aria-hidden="true">${VERDICT_MARKS[verdict]}</span> ${words.verdicts[verdict]}</strong>
      <span>${words.severity(severity)}</span></p>
    <p>${
      rule === undefined
        ? why === "no rule matched"
          ? words.byDefault
          : why
        : html`${words.byRule(origin ?? "builtin")} <code><b>${rule}</b></code>: ${why}`
    }</p>
    ${verdict === "escalate" ? html`<p>${words.afterEscalation(final.verdict, failClosed)}</p>` : nothing}
  </div>`;
}

function facts({ explanation, facts: { agent } }: Shown): TemplateResult | typeof nothing {
  const { action, targetFrom, risk, evidence } = explanation.sae ?? explanation.decision;
  const rows: [string, TemplateResult | string][] = [];
  if (explanation.site !== undefined && explanation.builtin !== undefined)
    rows.push([words.facts.why, explanation.why]);
  if (action !== undefined) {
    const note = targetFrom === "argv" ? ` (${words.argvOnly})` : "";
    rows.push([words.facts.target, html`${words.actions[action.kind]} <code>${action.target}</code>${note}`]);
  }
  if (risk !== undefined) rows.push([words.facts.risk, risk.name]);
  if (evidence === "partial") rows.push([words.facts.evidence, words.partial]);
  if (agent !== null) rows.push([words.facts.agent, agent]);
  if (rows.length === 0) return nothing;
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function subject({ subject: text, span }: Explanation): TemplateResult {
  if (span === undefined)
    return html`<p class="subject" tabindex="0" role="group" aria-label=${words.subject}>${text}</p>`;
  const { start, end } = span;
  return html`<p class="subject" tabindex="0" role="group" aria-label=${words.subject}>${text.slice(0, start)}<mark
    title=${words.matched}>${text.slice(start, end)}</mark>${text.slice(end)}</p>`;
}

function commandsView({ commands, more, opaque, decided }: CommandsTrace): TemplateResult {
  const several = commands.length > 1;
  return html`<div><h3>${words.commands}</h3><ol class="commands">${commands.map((command, index) =>
    commandView(command, several && index === decided),
  )}
    ${opaque.map((what) => html`<li class="note">${words.opaque(what)}</li>`)}
    ${more > 0 ? html`<li class="note">${words.moreCommands(more)}</li>` : nothing}</ol></div>`;
}

function commandView(command: CommandTrace, decides: boolean): TemplateResult {
  const { words: parts, wrappers, folder, piped, understood, verdict, rule, uncovered, effects } = command;
  const text = parts.map((word) => (/^[\w@%+=:,./~$-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
  const notes = [
    ...(wrappers.length > 0 ? [words.by(wrappers.join(", "))] : []),
    ...(folder === undefined ? [] : [words.in(folder)]),
    ...(piped ? [words.piped] : []),
    ...(understood ? [] : [words.partly]),
    ...(decides ? [words.decides] : []),
    ...effects.filter(({ effect }) => effect !== "mentions").map(({ effect, of }) => `${effect} ${of}`),
    ...uncovered.map((why) => words.uncovered(why)),
  ];
  return html`<li class=${piped ? "piped" : ""}><code>${text}</code>${
    rule === undefined ? nothing : html`<span class="badge ${verdict}" title=${command.why}>${rule}</span>`
  }${notes.length > 0 ? html`<span class="note">${notes.join(" · ")}</span>` : nothing}</li>`;
}

function rulesView(bench: Workbench, { rules }: Explanation): TemplateResult {
  const matching = rules.filter(({ outcome }) => outcome !== "no-match");
  const others = rules.filter(({ outcome }) => outcome === "no-match");
  const list = (shown: readonly RuleTrace[]): TemplateResult =>
    html`<ul class="rules">${shown.map((rule) => ruleView(bench, rule))}</ul>`;
  return html`<div><h3>${words.rules}</h3>
    ${matching.length > 0 ? list(matching) : nothing}
    ${
      others.length > 0
        ? html`<details ?open=${bench.showsOthers} @toggle=${(event: Event) => toggle(event, bench)}>
          <summary>${words.others(others.length)}</summary>${bench.showsOthers ? list(others) : nothing}</details>`
        : nothing
    }
  </div>`;
}

/** Rules without a match are many: they are made when they are to be seen. */
function toggle(event: Event, bench: Workbench): void {
  const { open } = event.target as HTMLDetailsElement;
  if (open !== bench.showsOthers) bench.update(() => (bench.showsOthers = open));
}

function ruleView(bench: Workbench, { name, origin, verdict, outcome, why }: RuleTrace): TemplateResult {
  const shown =
    origin === "site"
      ? html`<button class="link name" @click=${() => bench.showRule(name)}>${name}</button>`
      : html`<span class="name">${name}</span>`;
  return html`<li>
    <span class="mark" aria-hidden="true">${MARKS[outcome]}</span>
    ${shown}
    <span class="tags"><span class="badge">${words.origins[origin]}</span><span class="badge ${verdict}">${words.verdicts[verdict]}</span></span>
    <span class="why">${why}</span></li>`;
}

/** Asks the component, which has the editor, for the exception. */
function allow(event: Event, { json }: Shown): void {
  event.target?.dispatchEvent(new CustomEvent("allow-event", { bubbles: true, detail: json }));
}

async function copy(bench: Workbench, text: string): Promise<void> {
  await navigator.clipboard.writeText(text).then(
    () => bench.say(words.copied),
    () => undefined,
  );
}
