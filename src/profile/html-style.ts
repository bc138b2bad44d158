/** The style of the report: the system's font, colours of enough contrast in light and dark, one column on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --bg: light-dark(#f6f7f9, #14171c); --card: light-dark(#fff, #1d2128);
  --ink: light-dark(#1b2330, #e8ebf0); --soft: light-dark(#5a6474, #a3adbb); --line: light-dark(#dfe3e9, #333a45);
  --through: light-dark(#2f7d5b, #5dbb90); --review: light-dark(#a86400, #e5a64a); --refuse: light-dark(#b3382f, #f0837a);
  --plain: light-dark(#4668a8, #86a8e8); --note: var(--soft); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; } h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
h3 { font-size: .95rem; margin: 0 0 .5rem; }
header p, .hint, footer { color: var(--soft); font-size: .9rem; } header p { margin: .35rem 0 1.25rem; overflow-wrap: anywhere; }
section:not(.tiles), .tile { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; }
section { margin-bottom: 1rem; }
.tiles { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
.tile span, .tile small { display: block; color: var(--soft); font-size: .85rem; } .tile strong { font-size: 1.7rem; line-height: 1.25; }
.stacked { display: flex; gap: 2px; height: 1.1rem; border-radius: .3rem; overflow: hidden; } .stacked i { min-width: 3px; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 0; margin: .6rem 0 0; font-size: .9rem; }
.legend li::before { content: ''; display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; margin-right: .45rem; background: currentColor; }
.legend li.through::before, i.through { background: var(--through); } .legend li.review::before, i.review { background: var(--review); }
.legend li.refuse::before, i.refuse { background: var(--refuse); } i.plain { background: var(--plain); } i.note { background: var(--soft); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; color: var(--soft); font-weight: 500; } th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.quiet td { color: var(--soft); } b.refuse { color: var(--refuse); } b.review { color: var(--review); } b.note, .quiet b { color: var(--soft); font-weight: 500; }
.bar { display: inline-block; width: min(8rem, 22vw); height: .6rem; border-radius: .3rem; background: var(--line); overflow: hidden; vertical-align: middle; }
.bar i { display: block; height: 100%; } .of { margin-left: .5rem; white-space: nowrap; color: var(--soft); font-size: .85rem; }
.cards { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
td ul { list-style: none; margin: 0; padding: 0; } td small { display: block; color: var(--soft); }
td, td small { overflow-wrap: break-word; } .name { overflow-wrap: anywhere; width: 38%; min-width: 12rem; } th.number { padding-right: .75rem; }
summary { cursor: pointer; margin-top: .75rem; color: var(--plain); }
@media (max-width: 40rem) { .rules td:nth-child(2), .rules th:nth-child(2) { display: none; } .bar { width: 3.5rem; }
  .documents, .documents tbody, .documents tr, .documents td { display: block; width: auto; } .documents .name { border: 0; padding-bottom: 0; } }
`;
