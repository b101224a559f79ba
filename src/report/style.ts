/**
 * The look of a report. Colours follow Okabe and Ito (Color Universal Design, 2008), which stay apart without colour
 * vision; on dark ground they are lighter. Nothing is told by colour alone.
 */
export const style = `
:root { color-scheme: light dark; --surface: #fff; --ink: #1b1f23; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --c1: #0072b2; --c2: #d55e00; --c3: #00795a; --c4: #b3568c; --c5: #8a6100; --c6: #2f86c1; --heat: 0, 92, 148; --on-heat: #fff; --shade: rgba(20, 30, 40, .28); }
@media (prefers-color-scheme: dark) { :root { --surface: #14181c; --ink: #e6edf3; --soft: #9aa7b4; --line: #38414a; --panel: #1c2228;
  --c1: #5bb4f0; --c2: #f58a4b; --c3: #35cba3; --c4: #e8a1cb; --c5: #f2bd4b; --c6: #a5d8f8; --heat: 110, 195, 250; --on-heat: #081018; --shade: rgba(200, 220, 240, .3); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main, header, footer { max-width: 50rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; } footer { padding-bottom: 3rem; color: var(--soft); font-size: .85rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 3rem 0 .3rem; text-wrap: balance; }
h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; overflow-wrap: anywhere; }
.grid h3 { font-size: .85rem; margin: .4rem 0 0; } .grid p { font-size: .75rem; color: var(--soft); margin: 0; }
p { margin: .3rem 0 .8rem; max-width: 46rem; } a { color: var(--c1); }
.lead { color: var(--soft); overflow-wrap: anywhere; }
.source { font-size: .8rem; color: var(--soft); margin: .2rem 0; } code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 45%), 1fr)); gap: .6rem; margin: 1.2rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; }
.tiles b { display: block; font-size: 1.45rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles span { font-size: .82rem; color: var(--soft); display: block; line-height: 1.35; }
figure { margin: .5rem 0 0; } figure svg { display: block; max-width: 100%; height: auto; --plot-background: var(--surface); overflow: visible; }
figure svg text, figure svg tspan { white-space: pre; }
.narrow { display: none; } @media (max-width: 46rem) { .wide { display: none; } .narrow { display: block; } }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; margin: .4rem 0; padding: 0; list-style: none; }
.key svg { display: inline-block; vertical-align: -2px; margin-right: .35rem; }
.ramp { display: inline-block; width: 8rem; height: .8rem; margin: 0 .4rem; vertical-align: -1px; border: 1px solid var(--line);
  background: linear-gradient(to right, rgba(var(--heat), 0), rgba(var(--heat), 1)); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .6rem 1.2rem; }
details { margin: .6rem 0; } summary { cursor: pointer; color: var(--c1); font-size: .88rem; }
.scroll { overflow-x: auto; background: linear-gradient(to right, var(--surface) 40%, transparent) left / 2.5rem 100% no-repeat local,
  linear-gradient(to left, var(--surface) 40%, transparent) right / 2.5rem 100% no-repeat local,
  linear-gradient(to right, var(--shade), transparent) left / .9rem 100% no-repeat scroll,
  linear-gradient(to left, var(--shade), transparent) right / .9rem 100% no-repeat scroll; }
.traced { image-rendering: pixelated; width: 6rem; height: auto; border: 1px solid var(--line); display: block; margin: .4rem 0; }
 table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: .3rem 0; }
th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
thead th { white-space: normal; vertical-align: bottom; min-width: 3.2rem; } th:first-child, td:first-child, td.text, th.text { text-align: left; } td.long { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
.note { display: block; white-space: normal; text-align: left; min-width: 14rem; }
ul.findings { padding-left: 1.2rem; } ul.findings li { margin: .4rem 0; max-width: 48rem; overflow-wrap: anywhere; }
@media print { :root { color-scheme: light; --surface: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #fff;
  --c1: #0072b2; --c2: #d55e00; --c3: #00795a; --c4: #b3568c; --c5: #8a6100; --c6: #2f86c1; --heat: 0, 92, 148; --on-heat: #fff; }
  @page { margin: 14mm; } body { font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main, header, footer { max-width: none; padding: 0; } .wide { display: block; } .narrow { display: none; }
  h2, h3, h2 + p, .key, ul.findings, summary { break-after: avoid; break-inside: avoid; } .source { break-before: avoid; }
  p, li, figure, .key, .grid > *, tr, .wide { break-inside: avoid; } figure.tall { break-inside: auto; }
  details:not([open]) { display: none; } .scroll { overflow: visible; background: none; } table { font-size: 8pt; }
  th, td { padding-right: .5rem; } th, td.text { white-space: normal; } tbody th, td.text { overflow-wrap: anywhere; min-width: 7rem; } thead th { min-width: 0; } }
`;
