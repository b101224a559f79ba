import { Html, html, jsonScript } from './html.ts';
import { style } from './style.ts';

/** A number at the top of a report. */
export interface Tile {
  readonly value: Html | string;
  readonly text: string;
}

/** What a page is made from. */
export interface Page {
  /** What the network is and how it was run, above the finding. */
  readonly lead: string;
  /** The finding, as the page's heading. */
  readonly title: string;
  readonly tiles: readonly Tile[];
  readonly sections: readonly Html[];
  /** Files of the run that go into the page as they are. */
  readonly files: ReadonlyMap<string, string>;
}

/** A page that needs nothing but itself: style, drawings and the run's JSON are in it, and no script runs. */
export function renderPage({ lead, title, tiles, sections, files }: Page): string {
  const list = tiles.map(({ value, text }) => html`<li><b>${value}</b><span>${text}</span></li>`);
  const data = [...files].map(([file, text]) => jsonScript(file, text));
  const body = html`<header>
<p class="lead">${lead}</p>
<h1>${title}</h1>
${tiles.length > 0 ? html`<ul class="tiles">${list}</ul>` : undefined}
</header>
<main>
${sections}
</main>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="transpike">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${withoutBreaks(body)}
<footer>
<p>Every figure names the file of the run and the path its numbers come from. The files stand in this page, too, as elements <code>script[data-file]</code>; numbers in tables carry their file and JSON pointer in <code>data-from</code>.</p>
</footer>
${data}
</body>
</html>
`.text;
}

/** A number stays with its percent sign, and `T = 4` on one line. */
function withoutBreaks({ text }: Html): Html {
  return new Html(text.replace(/(\d) %/g, '$1\u00a0%').replace(/\bT = (\d)/g, 'T\u00a0=\u00a0$1'));
}
