// The style of the page of a replay.

export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --line: #d5dae1; --text: #1a2028; --muted: #55606e;
  --stopped: #ad211b; --asked: #7f4c00; --masked: #0b57ab;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101317; --card: #191d23; --line: #343c47; --text: #e7ebf0; --muted: #a3adba;
    --stopped: #ff9d94; --asked: #f0bd5c; --masked: #84baff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .25rem; }
.note { color: var(--muted); margin: 0 0 .75rem; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin-top: 1rem; }
.figure { display: grid; padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.figure strong { font-size: 1.9rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.stopped strong, .severity.stopped { color: var(--stopped); }
.asked strong, .severity.asked { color: var(--asked); }
.masked strong { color: var(--masked); }
.rule { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin-bottom: .5rem; padding: 0 1rem; }
summary { display: flex; flex-wrap: wrap; gap: .15rem .75rem; padding: .6rem 0; cursor: pointer; }
summary::before { content: "▸"; color: var(--muted); }
details[open] > summary::before { content: "▾"; }
.severity { font-weight: 650; min-width: 4.5rem; }
.count { font-variant-numeric: tabular-nums; min-width: 2.5rem; text-align: right; }
.reason { flex: 1 1 16rem; overflow-wrap: anywhere; }
.samples { list-style: none; margin: 0; padding: 0 0 .5rem; }
.samples li { display: grid; gap: .1rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.what { font-weight: 600; overflow-wrap: anywhere; }
code, .place { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .87em; overflow-wrap: anywhere; }
code { white-space: pre-wrap; }
.place { color: var(--muted); }
.scrolled { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; font-weight: inherit; padding: .4rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { font-weight: 650; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
td .place, th .place { display: inline-block; min-width: 14rem; }
:focus-visible { outline: 2px solid var(--masked); outline-offset: 1px; }
`;
