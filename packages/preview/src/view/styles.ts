// The look of the component. Colours have one value for light and one for dark.

import { css } from "lit";

export const styles = css`
  :host {
    color-scheme: light dark;
    --bg: light-dark(#f5f6f8, #101317);
    --surface: light-dark(#ffffff, #181c22);
    --raised: light-dark(#f0f2f5, #20262e);
    --line: light-dark(#d8dde4, #313944);
    --line-strong: light-dark(#818b98, #6b7684);
    --text: light-dark(#1b2129, #e6eaf0);
    --muted: light-dark(#56606d, #a0abb9);
    --accent: light-dark(#0b5fc1, #78b4ff);
    --accent-soft: light-dark(#e3eefb, #1b2f49);
    --on-accent: light-dark(#ffffff, #0c1521);
    --allow: light-dark(#17703b, #6fd598);
    --allow-soft: light-dark(#e2f4e8, #163022);
    --escalate: light-dark(#8a5200, #f0bd5c);
    --escalate-soft: light-dark(#fdf0d6, #372a10);
    --block: light-dark(#b3251e, #ff9d94);
    --block-soft: light-dark(#fce8e6, #401c1a);
    --chart-block: light-dark(#cf3d35, #ff8379);
    --chart-escalate: light-dark(#e09a1f, #e8b04a);
    --chart-allow: light-dark(#b4d8c2, #3c6b4f);
    --mark: light-dark(#ffe08a, #6b5414);
    --code-block: light-dark(#7a2fb5, #d2a6ff);
    --code-label: light-dark(#0b5fc1, #8fc1ff);
    --code-key: light-dark(#1b2129, #e6eaf0);
    --code-string: light-dark(#17703b, #8ddba8);
    --code-pattern: light-dark(#9a3412, #ffb38a);
    --code-number: light-dark(#0e6f7c, #74d3df);
    --code-comment: light-dark(#5d6875, #98a4b3);
    --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
    --radius: 8px;
    display: block;
    height: 100%;
    min-height: 480px;
    container-type: inline-size;
    background: var(--bg);
    color: var(--text);
    font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  }
  :host([theme="light"]) { color-scheme: light; }
  :host([theme="dark"]) { color-scheme: dark; }
  *, *::before, *::after { box-sizing: border-box; }
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  code, pre { font-family: var(--mono); font-size: 0.93em; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  .app { position: relative; display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100%; }
  header { display: flex; align-items: center; gap: 8px 12px; flex-wrap: wrap; padding: 8px 16px; background: var(--surface); border-bottom: 1px solid var(--line); }
  header h1 { font-size: 15px; font-weight: 650; margin-right: auto; display: flex; align-items: center; gap: 8px; white-space: nowrap; }
  header h1 span { color: var(--muted); font-weight: 450; }
  header svg { width: 20px; height: 20px; color: var(--accent); flex: none; }

  button, select, input, textarea { font: inherit; color: inherit; }
  button, select { min-height: 32px; padding: 3px 12px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface); cursor: pointer; }
  button:hover:not(:disabled), select:hover { background: var(--raised); }
  button:disabled { color: var(--muted); border-color: var(--line); cursor: default; }
  button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
  button.primary:hover:not(:disabled) { background: color-mix(in srgb, var(--accent) 88%, var(--text)); }
  button.primary:disabled { background: var(--raised); border-color: var(--line); color: var(--muted); }
  button.link { border: 0; background: none; padding: 0; min-height: 24px; color: var(--accent); text-align: left; }
  button.link:hover { text-decoration: underline; background: none; }
  button.chip { min-height: 28px; padding: 2px 10px; border-color: var(--line); border-radius: 14px; font-family: var(--mono); font-size: 12.5px; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  input:not([type="checkbox"]), textarea { width: 100%; padding: 7px 10px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface); }
  textarea { resize: vertical; font-family: var(--mono); font-size: 13px; line-height: 1.5; }
  input.code { font-family: var(--mono); font-size: 13px; }
  ::placeholder { color: var(--muted); opacity: 1; }
  label.field { display: grid; gap: 4px; }
  label.field > span, .label { font-size: 12.5px; color: var(--muted); font-weight: 550; }
  label.check { display: inline-flex; align-items: center; gap: 8px; min-height: 32px; }

  main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 12px; padding: 12px; min-height: 0; }
  section.card, .side { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); min-height: 0; min-width: 0; display: flex; flex-direction: column; overflow: hidden; }
  .bar { display: flex; align-items: center; gap: 8px; padding: 6px 12px; border-bottom: 1px solid var(--line); min-height: 46px; }
  .bar h2 { font-size: 14px; font-weight: 650; }
  .bar select { width: 130px; }
  .bar .end { margin-left: auto; display: flex; gap: 8px; align-items: center; }

  [role="tablist"] { display: flex; gap: 2px; padding: 0 8px; border-bottom: 1px solid var(--line); min-height: 46px; align-items: stretch; overflow-x: auto; flex: none; }
  [role="tab"] { border: 0; border-radius: 0; background: none; padding: 0 12px; color: var(--muted); font-weight: 550; border-bottom: 2px solid transparent; margin-bottom: -1px; white-space: nowrap; }
  [role="tab"][aria-selected="true"] { color: var(--text); border-bottom-color: var(--accent); }
  [role="tab"]:focus-visible { outline-offset: -3px; }
  [role="tabpanel"] { flex: 1; overflow: auto; padding: 16px; display: grid; gap: 16px; align-content: start; min-height: 0; }
  [role="tabpanel"][hidden] { display: none; }
  .only-narrow { display: none; }

  .bar .status { flex: 0 1 auto; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  .status { display: inline-flex; gap: 6px; align-items: center; font-size: 12.5px; color: var(--muted); }
  .badge { display: inline-flex; align-items: center; gap: 4px; padding: 0 8px; border-radius: 10px; font-size: 12px; font-weight: 600; line-height: 20px; background: var(--raised); color: var(--muted); white-space: nowrap; }
  .badge.allow { background: var(--allow-soft); color: var(--allow); }
  .badge.escalate { background: var(--escalate-soft); color: var(--escalate); }
  .badge.block { background: var(--block-soft); color: var(--block); }

  .editor { flex: 1; min-height: 0; overflow: hidden; display: flex; }
  .editor .cm-editor { flex: 1; min-width: 0; height: 100%; }
  .problems { border-top: 1px solid var(--line); max-height: 32%; overflow: auto; flex: none; }
  .problems li { display: grid; grid-template-columns: auto 1fr; gap: 2px 10px; padding: 8px 12px; border-bottom: 1px solid var(--line); }
  .problems li:last-child { border-bottom: 0; }
  .problems .badge { align-self: start; }
  .problems .what { min-width: 0; overflow-wrap: anywhere; }
  .problems .help { color: var(--muted); }
  .problems .fixes { display: flex; gap: 12px; flex-wrap: wrap; }

  .segmented { display: inline-flex; border: 1px solid var(--line-strong); border-radius: 7px; overflow: hidden; width: fit-content; }
  .segmented label { position: relative; padding: 4px 14px; cursor: pointer; min-height: 30px; }
  .segmented label + label { border-left: 1px solid var(--line-strong); }
  .segmented input { position: absolute; opacity: 0; inset: 0; width: 100%; margin: 0; cursor: pointer; }
  .segmented label:has(:checked) { background: var(--accent-soft); color: var(--accent); font-weight: 600; }
  .segmented label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
  fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
  .form { display: grid; gap: 12px; }
  .row { display: flex; gap: 12px; flex-wrap: wrap; align-items: end; }
  .row > label.field { flex: 1 1 160px; min-width: 0; }
  .chips { display: flex; gap: 6px; flex-wrap: wrap; align-items: center; min-width: 0; }

  .verdict { border: 1px solid; border-left-width: 5px; border-radius: var(--radius); padding: 12px 14px; display: grid; gap: 4px; }
  .verdict.allow { border-color: var(--allow); background: var(--allow-soft); }
  .verdict.escalate { border-color: var(--escalate); background: var(--escalate-soft); }
  .verdict.block { border-color: var(--block); background: var(--block-soft); }
  .verdict .word { display: flex; align-items: baseline; gap: 10px; flex-wrap: wrap; }
  .verdict strong { font-size: 19px; line-height: 1.3; }
  .verdict.allow strong { color: var(--allow); }
  .verdict.escalate strong { color: var(--escalate); }
  .verdict.block strong { color: var(--block); }
  .verdict p { overflow-wrap: anywhere; }
  .facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 16px; }
  .facts dt { color: var(--muted); }
  .facts dd { overflow-wrap: anywhere; }
  h3 { font-size: 12.5px; font-weight: 600; color: var(--muted); margin-bottom: 6px; }
  .subject { font-family: var(--mono); font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); border-radius: 6px; padding: 8px 10px; max-height: 180px; overflow: auto; }
  mark { background: var(--mark); color: inherit; border-radius: 2px; }
  .commands li { display: flex; gap: 4px 8px; flex-wrap: wrap; align-items: baseline; padding: 4px 0 4px 12px; border-left: 2px solid var(--line); }
  .commands li.piped { margin-left: 16px; }
  .commands code { overflow-wrap: anywhere; white-space: pre-wrap; }
  .commands .note { color: var(--muted); font-size: 12.5px; }
  .rules li { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 0 8px; padding: 6px 0; border-top: 1px solid var(--line); align-items: baseline; }
  .rules li:first-child { border-top: 0; }
  .rules .name { font-weight: 600; overflow-wrap: anywhere; }
  .rules .why { grid-column: 2 / -1; color: var(--muted); overflow-wrap: anywhere; }
  .rules .tags { display: flex; gap: 6px; }
  .rules .mark { text-align: center; }
  .toast { position: absolute; inset: auto 16px 16px; padding: 10px 14px; border-radius: var(--radius); background: var(--text); color: var(--surface); box-shadow: 0 4px 16px rgb(0 0 0 / 0.3); }
  .toast:empty { display: none; }
  .tests .passed .mark { color: var(--allow); font-weight: 700; }
  .tests li:not(.passed) .mark { color: var(--block); font-weight: 700; }
  .empty .actions { color: var(--text); justify-content: center; }
  .empty pre { margin: 4px 0; padding: 10px 14px; border-radius: 6px; background: var(--raised); color: var(--text); text-align: left; max-width: 100%; overflow: auto; }
  details > summary { cursor: pointer; color: var(--muted); padding: 4px 0; }
  .notice { padding: 10px 12px; border-radius: 6px; background: var(--raised); color: var(--text); border-left: 3px solid var(--line-strong); overflow-wrap: anywhere; }
  .notice.error { border-left-color: var(--block); }
  .empty { display: grid; gap: 6px; justify-items: center; text-align: center; color: var(--muted); padding: 32px 16px; border: 1px dashed var(--line-strong); border-radius: var(--radius); }
  .events { border: 1px solid var(--line); border-radius: 6px; max-height: 240px; overflow: auto; }
  .events li + li { border-top: 1px solid var(--line); }
  .events button, .events .skipped { display: grid; grid-template-columns: 84px minmax(0, 1fr); gap: 10px; width: 100%; text-align: left; border: 0; border-radius: 0; align-items: center; padding: 4px 10px; min-height: 32px; }
  .events.with-actions li { display: flex; align-items: center; }
  .events.with-actions li > button:first-child { flex: 1; min-width: 0; }
  .events.with-actions li > button + button { width: auto; flex: none; display: block; color: var(--accent); white-space: nowrap; }
  .events .badge { justify-self: start; }
  .events [aria-current="true"] { background: var(--accent-soft); }
  .events code, .events .skipped span:last-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .events .skipped { color: var(--muted); }
  .actions { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; }

  label.button { display: inline-flex; align-items: center; min-height: 32px; padding: 3px 12px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface); cursor: pointer; position: relative; }
  label.button:hover { background: var(--raised); }
  label.button:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
  .row > .end { margin-left: auto; }
  .drop { padding: 40px 16px; }
  .drop p { color: var(--muted); }
  .drop b { color: var(--text); font-size: 15px; }
  .drop .actions { margin-top: 8px; }
  .stream { align-items: center; }
  .stream .file { margin-right: auto; overflow-wrap: anywhere; }
  .progress { align-items: center; flex-wrap: nowrap; }
  .progress progress { flex: 1; min-width: 0; height: 10px; accent-color: var(--accent); }
  .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(110px, 1fr)); gap: 8px; }
  .tiles > div { border: 1px solid var(--line); border-top: 3px solid var(--line-strong); border-radius: 6px; padding: 8px 12px; }
  .tiles .block { border-top-color: var(--block); }
  .tiles .escalate { border-top-color: var(--escalate); }
  .tiles .allow { border-top-color: var(--allow); }
  .tiles dt { color: var(--muted); font-size: 12.5px; }
  .tiles dd { font-size: 20px; font-weight: 650; font-variant-numeric: tabular-nums; }
  .chart { position: relative; height: 180px; min-width: 0; }
  canvas.clickable { cursor: pointer; }
  .scroll { overflow: auto; max-height: 300px; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400; }
  thead th { color: var(--muted); font-size: 12.5px; position: sticky; top: 0; background: var(--surface); }
  th:first-child, td.text, th.text { text-align: left; }
  .bars li + li { margin-top: 4px; }
  .bars button { position: relative; display: flex; align-items: center; gap: 8px; width: 100%; text-align: left; border-color: transparent; background: var(--raised); overflow: hidden; padding: 3px 10px; min-height: 30px; }
  .bars button:hover, .bars button[aria-pressed="true"] { border-color: var(--line-strong); }
  .bars .fill { position: absolute; inset: 0; width: 100%; height: 100%; color: color-mix(in srgb, var(--accent) 24%, transparent); }
  .bars .fill rect { fill: currentColor; }
  .bars .fill.block { color: color-mix(in srgb, var(--chart-block) 34%, transparent); }
  .bars .fill.escalate { color: color-mix(in srgb, var(--chart-escalate) 38%, transparent); }
  .bars .fill.allow { color: color-mix(in srgb, var(--chart-allow) 60%, transparent); }
  .bars span { position: relative; }
  .bars .name { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-family: var(--mono); font-size: 13px; }
  .bars .hits { font-variant-numeric: tabular-nums; }
  .bars .badge { background: var(--surface); }
  .never { display: flex; gap: 6px; flex-wrap: wrap; align-items: center; margin-top: 8px; }
  .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 16px; }
  h4 { margin: 0 0 6px; font-size: 13px; font-weight: 600; }
  #selected { border: 1px solid var(--line); border-radius: var(--radius); padding: 12px; }
  #selected .row { align-items: baseline; }
  #selected .label { font-weight: 400; }
  .notice.row { align-items: center; }

  button.chip[aria-pressed="true"] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); }
  button.chip.words { font-family: inherit; font-size: 13px; }
  .scroll.tall { max-height: 420px; border: 1px solid var(--line); border-radius: 6px; }
  td { vertical-align: top; }
  td.wide { width: 60%; overflow-wrap: anywhere; min-width: 120px; }
  td .by { color: var(--muted); font-size: 12.5px; overflow-wrap: anywhere; }
  .finds li { grid-template-columns: minmax(0, 1fr) auto; }
  .finds code { overflow-wrap: anywhere; }
  dialog { width: min(560px, calc(100% - 32px)); border: 1px solid var(--line-strong); border-radius: var(--radius); padding: 20px; background: var(--surface); color: var(--text); }
  dialog[open] { display: grid; gap: 14px; }
  dialog::backdrop { background: rgb(0 0 0 / 0.45); }
  dialog h2 { font-size: 16px; }

  @container (max-width: 820px) {
    main { grid-template-columns: minmax(0, 1fr); padding: 8px; gap: 0; }
    .bar { flex-wrap: wrap; }
    .only-narrow { display: inline-flex; align-items: center; }
    main:not([data-tab="policy"]) .policy { display: none; }
    main[data-tab="policy"] .panels { display: none; }
    main { grid-template-rows: auto minmax(0, 1fr); }
    .side { display: contents; }
    .side [role="tablist"] { grid-row: 1; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius) var(--radius) 0 0; }
    section.policy, .panels { grid-row: 2; border: 1px solid var(--line); border-top: 0; border-radius: 0 0 var(--radius) var(--radius); background: var(--surface); }
    .panels { min-height: 0; display: flex; flex-direction: column; }
    [role="tabpanel"] { padding: 12px; }
    [role="tablist"] { padding: 0 2px; }
    [role="tablist"] { gap: 0; justify-content: space-between; }
    [role="tab"] { padding: 0 4px; font-size: 12.5px; }
    header { padding: 6px 12px; flex-wrap: nowrap; gap: 8px; }
    header select { width: 92px; padding: 3px 6px; }
    header h1 { min-width: 0; overflow: hidden; }
    header h1 span { display: none; }
    .chips { flex-wrap: nowrap; overflow-x: auto; margin: 0 -12px; padding: 2px 12px; }
    button.chip { flex: none; }
    th.line, td.line { display: none; }
    th, td { padding: 4px 6px; }
    td.wide { width: 48%; min-width: 100px; }
    .finds li { grid-template-columns: minmax(0, 1fr); }
    .columns { grid-template-columns: minmax(0, 1fr); }
  }
  .panels { flex: 1; min-height: 0; display: flex; flex-direction: column; }
  @media (prefers-reduced-motion: no-preference) { .verdict { transition: background-color 120ms, border-color 120ms; } }

  .cm-editor { font-size: 13px; background: var(--surface); color: var(--text); }
  .hover-docs { max-width: 380px; padding: 8px 10px; }
  .hover-docs p { margin-top: 2px; }
`;
