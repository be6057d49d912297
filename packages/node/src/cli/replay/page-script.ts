// The script of the page of a replay. The page has its source text, so it uses nothing of this module.

import type { PageDocument, PageElement } from "./page-document.js";
import type { Outcome, Place, ReplayReport, RuleReport, SecretReport, SessionReport } from "./report.js";

/** Shows the report that the element `report` holds as JSON. All of its texts are shown as text. */
export function showReport(document: PageDocument): void {
  const report = JSON.parse(document.getElementById("report")?.textContent ?? "") as ReplayReport;
  const { totals } = report;
  const main = document.getElementById("main");

  /** Characters that hide text or change its direction are shown by their numbers. */
  const visible = (text: string): string =>
    text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  const element = (tag: string, className: string, ...children: readonly (PageElement | string)[]): PageElement => {
    const made = document.createElement(tag);
    if (className !== "") made.className = className;
    made.append(...children.map((child) => (typeof child === "string" ? visible(child) : child)));
    return made;
  };
  const number = (value: number): string => value.toLocaleString("en");
  const count = (value: number, noun: string): string => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
  const place = ({ file, line }: Place): PageElement => element("span", "place", `${file}:${line}`);
  const row = (tag: "td" | "th", cells: readonly (PageElement | string)[]): PageElement => {
    const made = element("tr", "");
    cells.forEach((cell, column) => {
      const isHead = tag === "th" || column === 0;
      const td = element(isHead ? "th" : "td", "", cell);
      if (isHead) td.setAttribute("scope", tag === "th" ? "col" : "row");
      made.append(td);
    });
    return made;
  };
  const table = (label: string, head: readonly string[], rows: readonly PageElement[]): PageElement => {
    const scrolled = element(
      "div",
      "scrolled",
      element("table", "", element("thead", "", row("th", head)), element("tbody", "", ...rows)),
    );
    scrolled.setAttribute("role", "region");
    scrolled.setAttribute("aria-label", label);
    scrolled.setAttribute("tabindex", "0");
    return scrolled;
  };
  const section = (title: string, note: string, ...children: readonly PageElement[]): PageElement =>
    element("section", "", element("h2", "", title), ...(note === "" ? [] : [element("p", "note", note)]), ...children);

  const rule = (found: RuleReport, index: number): PageElement => {
    const summary = element(
      "summary",
      "",
      element("span", `severity ${found.outcome}`, found.severity),
      element("span", "count", number(found.count)),
      element("span", "reason", found.reason),
    );
    const samples = found.samples.map((sample) =>
      element("li", "", element("span", "what", sample.what), element("code", "", sample.subject), place(sample)),
    );
    const rest = found.count - found.samples.length;
    const details = element("details", "rule", summary, element("ol", "samples", ...samples));
    if (rest > 0) details.append(element("p", "note", `and ${number(rest)} more, or with the same subjects`));
    details.open = index < 3;
    return details;
  };
  const rules = (outcome: Outcome, title: string, note: string): PageElement => {
    const own = report.rules.filter((found) => found.outcome === outcome);
    return section(title, own.length === 0 ? "Nothing." : note, ...own.map(rule));
  };
  const secret = ({ kind, prompts, calls, results, first }: SecretReport): PageElement =>
    row("td", [kind, number(prompts), number(calls), number(results), place(first)]);
  const session = (found: SessionReport): PageElement =>
    row("td", [
      element("span", "place", found.file),
      found.session ?? "–",
      number(found.calls + found.events),
      number(found.stopped),
      number(found.asked),
      number(found.masked),
      found.worst === null ? "–" : `line ${found.worst.line}`,
    ]);
  const figure = (value: number, what: string, className: string): PageElement =>
    element("div", `figure ${className}`, element("strong", "", number(value)), element("span", "", what));

  const skipped = [
    ...(report.skipped.unknown.count > 0 ? [`${count(report.skipped.unknown.count, "line")} of no known format`] : []),
    ...(report.skipped.tooLong.count > 0 ? [`${count(report.skipped.tooLong.count, "line")} over 32 MiB`] : []),
    ...report.unreadable.map(({ file, why }) => `${file}: ${why}`),
  ];
  const judged = [
    count(totals.calls, "tool call"),
    count(totals.prompts, "prompt"),
    count(totals.results, "result"),
    count(totals.events, "event"),
  ];
  main?.append(
    element("h1", "", "What the policy would have done"),
    element(
      "p",
      "note",
      `${judged.join(", ")} of ${count(report.sessionCount, "session")} in ${count(report.files, "file")}, judged by ` +
        `${report.policy === null ? "the built-in rules" : `${report.policy} and the built-in rules`}.`,
    ),
    element(
      "div",
      "figures",
      figure(totals.stopped, "stopped", "stopped"),
      figure(totals.asked, "asked", "asked"),
      figure(totals.masked, totals.masked === 1 ? "secret masked" : "secrets masked", "masked"),
    ),
    rules("stopped", "Stopped", "The call would not have been made. The worst first."),
    rules("asked", "Asked", "A model, a program or a person would decide. The worst first."),
    section(
      "Masked",
      report.secrets.length === 0 ? "Nothing." : "Secrets and personal data, by kind. None of them is on this page.",
      ...(report.secrets.length === 0
        ? []
        : [
            table("Secrets by kind", ["kind", "prompts", "tool calls", "results", "first"], report.secrets.map(secret)),
          ]),
    ),
    section(
      "Sessions",
      report.sessionCount > report.sessions.length
        ? `The worst ${number(report.sessions.length)}.`
        : "The worst first.",
      table(
        "Sessions",
        ["file", "session", "calls and events", "stopped", "asked", "masked", "worst"],
        report.sessions.map(session),
      ),
    ),
    ...(skipped.length === 0
      ? []
      : [section("Not judged", "", element("ul", "", ...skipped.map((text) => element("li", "", text))))]),
  );
}
