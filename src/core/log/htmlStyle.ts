/** Style of the HTML log. Text and background keep a contrast of at least 4.5 to 1 in both schemes (WCAG 2.2, 1.4.3). */
export const HTML_STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --soft: #57606a; --page: #ffffff; --block: #f6f8fa; --line: #d0d7de; --good: #116329; --bad: #b42318; --warn: #7d4e00; --accent: #0a5dc2; --band: #dbe9fb; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #a3adb8; --page: #0d1117; --block: #161b22; --line: #30363d; --good: #56d364; --bad: #ff8a80; --warn: #e3b341; --accent: #79b8ff; --band: #14304f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .7rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.6rem 0 .2rem; }
h3 time { color: var(--soft); font-variant-numeric: tabular-nums; }
p { margin: .35rem 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .28rem .7rem .28rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td:first-child, td:nth-child(2) { font-variant-numeric: tabular-nums; }
thead th, .facts th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.facts th { width: 1%; padding-right: 1.5rem; }
pre { background: var(--block); border: 1px solid var(--line); border-radius: 4px; padding: .55rem .75rem; margin: .4rem 0; overflow: auto; max-height: 26rem; font: 12.5px/1.45 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
pre.command { border-left: 3px solid var(--accent); }
pre.stderr { border-left: 3px solid var(--warn); }
code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .9em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.succeeded, .met, .manualMet { color: var(--good); }
.failed, .refused, .unknown, .cancelled, .notMet, .manualNotMet, tr.bad td:last-child { color: var(--bad); }
.finding, .unverified { color: var(--warn); }
figure { margin: 0 0 1rem; overflow-x: auto; }
svg { width: 100%; min-width: 44rem; height: auto; display: block; font: 11px system-ui, sans-serif; }
svg text { fill: var(--text); } svg .tick { fill: var(--soft); }
svg .lane { fill: var(--block); stroke: var(--line); } svg .axis { stroke: var(--soft); } svg .mark { stroke: var(--soft); stroke-dasharray: 2 2; }
svg .objective { fill: var(--band); } svg line.limit { stroke: var(--bad); stroke-width: 2; } svg text.limit { fill: var(--bad); font-weight: 600; }
svg .bar { fill: var(--accent); } svg .bar.succeeded { fill: var(--good); } svg .bar.finding { fill: var(--warn); }
svg .bar.failed, svg .bar.refused, svg .bar.unknown, svg .bar.cancelled { fill: var(--bad); }
@media print { :root { --text: #000; --soft: #444; --page: #fff; --block: #f6f6f6; --line: #bbb; --good: #0b5120; --bad: #9b1c13; --warn: #6a4200; --accent: #0a4d9f; --band: #e3ecf8; } main { max-width: none; padding: 0; } pre { max-height: none; white-space: pre-wrap; } h2, h3 { break-after: avoid; } tr, figure { break-inside: avoid; } svg { min-width: 0; } }
`;
