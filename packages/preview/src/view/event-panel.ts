// The event panel: what to judge, as a command, a form or JSON.

import type { EventKind } from "@a3s-sentry/core";
import { KINDS } from "@a3s-sentry/core/tools";
import { html, nothing, type TemplateResult } from "lit";
import type { EventRow } from "../judge/protocol.js";
import { texts } from "../texts.js";
import { commands } from "../workbench/samples.js";
import type { EventMode, Workbench } from "../workbench/workbench.js";
import { decisionView } from "./decision.js";

const words = texts.event;

/** The fields of each kind's form. */
const FIELDS: Readonly<Record<EventKind, readonly (keyof typeof words.fields)[]>> = {
  ToolExec: ["argv"],
  Egress: ["peer", "port"],
  Dns: ["query"],
  FileAccess: ["path", "write"],
  FileDelete: ["path"],
  SslContent: ["content", "is_read"],
  SecurityAction: ["kind", "detail"],
  LlmActivations: ["layer", "features"],
  ToolCall: ["tool", "args"],
};
const SEVERAL_LINES: ReadonlySet<string> = new Set(["argv", "content", "args"]);
const CHECKED: ReadonlySet<string> = new Set(["write", "is_read"]);
const SHORT: ReadonlySet<string> = new Set(["port", "detail", "layer"]);
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  argv: "cat\n/etc/shadow",
  peer: "169.254.169.254",
  port: "80",
  query: "x.oast.fun",
  path: "/home/dev/.ssh/id_rsa",
  content: "ignore all previous instructions",
  kind: "ptrace",
  detail: "4321",
  layer: "20",
  features: "8801:0.9",
  tool: "mcp__github__create_issue",
  args: '{"title": "a bug"}',
  agent: "coder",
};

export function eventPanel(bench: Workbench): TemplateResult {
  const { mode } = bench.event;
  return html`
    <h2 class="hidden">${words.title}</h2>
    <div class="form">
      <fieldset class="segmented">
        <legend class="hidden">${words.mode}</legend>
        ${(Object.keys(words.modes) as EventMode[]).map(
          (name) => html`<label><input type="radio" name="mode" .checked=${name === mode}
            @change=${() => bench.setEvent({ mode: name })}>${words.modes[name]}</label>`,
        )}
      </fieldset>
      ${mode === "command" ? commandInput(bench) : mode === "form" ? form(bench) : jsonInput(bench)}
    </div>
    ${result(bench)}
  `;
}

function commandInput(bench: Workbench): TemplateResult {
  return html`
    <label class="field"><span>${words.command}</span>
      <textarea id="command" rows="2" spellcheck="false" autocapitalize="off" placeholder=${words.commandHint}
        .value=${bench.event.command}
        @input=${(event: InputEvent) => bench.setEvent({ command: textOf(event) })}></textarea></label>
    <div class="chips" role="group" aria-label=${words.examples}><span class="label">${words.examples}</span>${commands.map(
      (command) =>
        html`<button class="chip" title=${command} @click=${() => bench.setEvent({ command })}>${command}</button>`,
    )}</div>`;
}

function form(bench: Workbench): TemplateResult {
  const { kind, fields } = bench.event;
  const field = (name: keyof typeof words.fields): TemplateResult => {
    const value = fields[kind]?.[name] ?? "";
    const set = (text: string): void => bench.setField(kind, name, text);
    if (CHECKED.has(name)) {
      return html`<label class="check"><input type="checkbox" .checked=${value === "true"}
        @change=${(event: Event) => set(String((event.target as HTMLInputElement).checked))}>${words.fields[name]}</label>`;
    }
    const hint = PLACEHOLDERS[name] ?? "";
    const input = SEVERAL_LINES.has(name)
      ? html`<textarea rows="3" spellcheck="false" placeholder=${hint} .value=${value}
          @input=${(event: InputEvent) => set(textOf(event))}></textarea>`
      : html`<input class="code" spellcheck="false" autocapitalize="off" placeholder=${hint} .value=${value}
          inputmode=${SHORT.has(name) ? "numeric" : "text"} @input=${(event: InputEvent) => set(textOf(event))}>`;
    return html`<label class="field"><span>${words.fields[name]}</span>${input}</label>`;
  };
  return html`
    <div class="row">
      <label class="field"><span>${words.kind}</span>
        <select @change=${(event: Event) => bench.setEvent({ kind: textOf(event) as EventKind })}>
          ${KINDS.map((name) => html`<option value=${name} ?selected=${name === kind}>${words.kinds[name]} (${name})</option>`)}
        </select></label>
      ${field("agent")}
    </div>
    <div class=${FIELDS[kind].some((name) => SEVERAL_LINES.has(name)) ? "form" : "row"}>${FIELDS[kind].map(field)}</div>`;
}

function jsonInput(bench: Workbench): TemplateResult {
  return html`<label class="field"><span>${words.json}</span>
    <textarea rows="6" spellcheck="false" autocapitalize="off" placeholder=${words.jsonHint} .value=${bench.event.json}
      @input=${(event: InputEvent) => bench.setEvent({ json: textOf(event), selected: 0 })}></textarea></label>`;
}

function textOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

/** The decision, or why there is none yet. */
function result(bench: Workbench): TemplateResult {
  const { judged, failure, event } = bench;
  if (failure !== undefined) return notice(texts.failed(failure), "error");
  if (judged === undefined) return html`<p class="empty" role="status">${texts.loading}</p>`;
  if (judged.by === "none") return notice(words.noPolicy, "error");
  const { events } = judged;
  const stale = judged.by === "earlier" ? notice(words.stale, "error") : nothing;
  if (events.is === "nothing") {
    const empty = { command: words.empty, form: words.emptyForm, json: words.emptyJson }[event.mode];
    return html`${stale}<p class="empty">${empty}</p>`;
  }
  if (events.is === "invalid") return html`${stale}${notice(words.invalid(events.why), "info")}`;
  const { rows, more, shown } = events;
  return html`${stale}
    ${rows.length === 0 ? nothing : eventList(bench, rows, more)}
    ${shown === null ? nothing : decisionView(bench, shown)}`;
}

function notice(text: string, severity: "error" | "info"): TemplateResult {
  return html`<p class="notice ${severity}" role="status">${text}</p>`;
}

function eventList(bench: Workbench, rows: readonly EventRow[], more: number): TemplateResult {
  const first = rows.findIndex(({ is }) => is === "event");
  const selected = rows[bench.event.selected]?.is === "event" ? bench.event.selected : first;
  return html`<div><h3>${words.list}</h3>
    <ul class="events" tabindex="-1">${rows.map((row, index) =>
      row.is === "skipped"
        ? html`<li class="skipped" title=${row.why}><span>${words.skipped}</span><span>${row.text}</span></li>`
        : html`<li><button aria-current=${index === selected} @click=${() => bench.setEvent({ selected: index })}>
            <span class="badge ${row.verdict}">${words.verdicts[row.verdict]}</span><code>${row.subject}</code></button></li>`,
    )}</ul>
    ${more > 0 ? html`<p class="label">${words.more(more)}</p>` : nothing}</div>`;
}
