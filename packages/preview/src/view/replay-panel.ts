// The replay panel: what the policy decides of a whole stream.

import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { type RuleHits, type Selection, TOPS, type Totals } from "../replay/protocol.js";
import { texts } from "../texts.js";
import type { Selected } from "../workbench/replay-state.js";
import type { Workbench } from "../workbench/workbench.js";
import { bars } from "./bars.js";
import { streamBar, streamChooser, taskView } from "./stream-bar.js";
import { writeTestButton } from "./tests-panel.js";
import type { Timeline } from "./timeline.js";

const words = texts.replay;

export function replayPanel(bench: Workbench, timeline: Timeline): TemplateResult {
  const { stream, replay } = bench.replay;
  if (stream === undefined) return html`<h2 class="hidden">${words.title}</h2>${streamChooser(bench)}`;
  const totals = replay.is === "running" ? replay.soFar : replay.is === "done" ? replay.result : undefined;
  return html`<h2 class="hidden">${words.title}</h2>
    ${streamBar(bench)}
    ${taskView(bench, replay)}
    ${replay.is === "done" && replay.policy !== bench.policy.text ? changed(bench) : nothing}
    ${totals === undefined ? nothing : results(bench, totals, timeline)}`;
}

function changed(bench: Workbench): TemplateResult {
  return html`<div class="notice row"><span>${words.changed}</span>
    <button @click=${() => void bench.replay.run()}>${words.again}</button></div>`;
}

function results(bench: Workbench, totals: Totals, timeline: Timeline): TemplateResult {
  const { lines, events, counts, milliseconds, read } = totals;
  if (totals.isComplete && events === 0) return html`<p class="empty">${words.noEvents(lines)}</p>`;
  const { selected } = bench.replay;
  return html`
    <dl class="tiles">
      ${(["block", "escalate", "allow"] as const).map(
        (verdict) =>
          html`<div class=${verdict}><dt>${texts.event.verdicts[verdict]}</dt><dd>${counts[verdict].toLocaleString("en")}</dd></div>`,
      )}
      <div><dt>${words.skipped}</dt><dd>${(lines - events).toLocaleString("en")}</dd></div>
    </dl>
    ${totals.isComplete ? html`<p class="label">${words.speed(events, milliseconds, read)}</p>` : nothing}
    ${over(bench, totals, timeline)}
    ${selected === undefined ? nothing : selectedEvents(bench, selected, totals)}
    ${rules(bench, totals)}
    ${tops(bench, totals)}`;
}

function over(bench: Workbench, { parts, partCount }: Totals, timeline: Timeline): TemplateResult {
  timeline.show(parts, partCount);
  return html`<figure>
    <h3>${words.over}</h3>
    <div class="chart"><canvas ${ref(timeline.attach)} role="img" aria-label=${words.overLabel}></canvas></div>
    <details><summary>${words.table}</summary><div class="scroll" tabindex="0"><table>
      <thead><tr><th scope="col">${words.partHead}</th>${(["block", "escalate", "allow"] as const).map(
        (verdict) => html`<th scope="col">${texts.event.verdicts[verdict]}</th>`,
      )}</tr></thead>
      <tbody>${parts.map(
        (
          counts,
          part,
        ) => html`<tr><th scope="row"><button class="link" @click=${() => select(bench, { by: "part", part })}>${words.percent(part / partCount)}</button></th>
          <td>${counts.block}</td><td>${counts.escalate}</td><td>${counts.allow}</td></tr>`,
      )}</tbody></table></div></details>
  </figure>`;
}

function rules(bench: Workbench, { rules: all }: Totals): TemplateResult {
  const fired = all.filter(({ hits }) => hits > 0);
  const never = all.filter(({ hits }) => hits === 0);
  const names = (origin: RuleHits["origin"]): string[] =>
    never.filter((rule) => rule.origin === origin).flatMap(({ name }) => (name === undefined ? [] : [name]));
  const [own, builtin] = [names("site"), names("builtin")];
  return html`<div><h3>${words.byRule}</h3>
    ${
      fired.length === 0
        ? html`<p class="label">${words.noHits}</p>`
        : bars(
            fired.map(({ name, verdict, hits, origin }) => ({
              name: name ?? words.default,
              hits,
              colour: verdict,
              note: html`<span class="badge">${texts.event.origins[origin]}</span>`,
              isSelected: isSelected(bench, { by: "rule", rule: name }),
              select: () => select(bench, { by: "rule", rule: name }),
            })),
          )
    }
    ${
      own.length === 0
        ? nothing
        : html`<p class="never"><span class="label">${words.neverOwn}</span> ${own.map(
            (name) => html`<button class="chip" @click=${() => bench.showRule(name)}>${name}</button>`,
          )}</p>`
    }
    ${
      builtin.length === 0
        ? nothing
        : html`<details><summary>${words.neverBuiltin(builtin.length)}</summary>
      <p class="never">${builtin.map((name) => html`<code>${name}</code> `)}</p></details>`
    }
  </div>`;
}

function tops(bench: Workbench, { tops: lists }: Totals): TemplateResult | typeof nothing {
  const shown = TOPS.filter((top) => lists[top].length > 0);
  if (shown.length === 0) return nothing;
  return html`<div><h3>${words.tops}</h3><div class="columns">${shown.map(
    (by) =>
      html`<div><h4>${words.topNames[by]}</h4>${bars(
        lists[by].map(({ name, hits }) => ({
          name,
          hits,
          isSelected: isSelected(bench, { by, name }),
          select: () => select(bench, { by, name }),
        })),
      )}</div>`,
  )}</div></div>`;
}

function isSelected(bench: Workbench, selection: Selection): boolean {
  return JSON.stringify(bench.replay.selected?.selection) === JSON.stringify(selection);
}

function select(bench: Workbench, selection: Selection): void {
  void bench.replay.select(selection).then(() => bench.reveal("selected"));
}

function selectedEvents(bench: Workbench, { selection, events }: Selected, totals: Totals): TemplateResult {
  const name =
    selection.by === "part"
      ? words.part(selection.part + 1)
      : selection.by === "rule"
        ? (selection.rule ?? words.default)
        : selection.name;
  const all = hitsOf(selection, totals);
  return html`<section id="selected" tabindex="-1" aria-label=${words.events(name)}>
    <div class="row"><h3>${words.events(name)} <span class="label">${words.shown(events.length, all)}</span></h3>
      <button class="link end" @click=${() => bench.update(() => (bench.replay.selected = undefined))}>${words.close}</button></div>
    ${
      events.length === 0
        ? html`<p class="label">${words.noKept}</p>`
        : html`<ul class="events with-actions">${events.map(
            (event) => html`<li><button @click=${() => bench.openEvent(event.json)} title=${words.open}>
              <span class="badge ${event.verdict}">${texts.event.verdicts[event.verdict]}</span><code>${event.subject}</code></button>
              ${writeTestButton(bench, event.json, words.writeTest, words.writeTestOf(event.subject))}</li>`,
          )}</ul>`
    }</section>`;
}

function hitsOf(selection: Selection, { parts, rules: all, tops: lists }: Totals): number {
  if (selection.by === "part") {
    const counts = parts[selection.part];
    return counts === undefined ? 0 : counts.block + counts.escalate;
  }
  if (selection.by === "rule") return all.find(({ name }) => name === selection.rule)?.hits ?? 0;
  return lists[selection.by].find(({ name }) => name === selection.name)?.hits ?? 0;
}
