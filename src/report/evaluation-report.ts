import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Run } from '../runs/read-run.ts';
import { describeSeen } from './describe-seen.ts';
import { describeStream } from './describe-stream.ts';
import { evaluationTiles } from './evaluation-tiles.ts';
import { evaluationTitle } from './evaluation-title.ts';
import { renderFigure } from './figure.ts';
import { figures } from './figures/figures.ts';
import { count } from './format.ts';
import { type Html, html } from './html.ts';
import { renderPage } from './page.ts';
import { renderProvenance } from './provenance.ts';

/** The report of an evaluation. */
export async function renderEvaluation(run: Run): Promise<string> {
  const sections: Html[] = [];
  for (const { id, draw } of figures) {
    const figure = await draw(run);
    if (figure) sections.push(renderFigure(id, figure));
  }
  const seen = renderSeen(run.result);
  if (seen) sections.unshift(seen);
  const stream = renderStream(run.result);
  if (stream) sections.unshift(stream);
  const skipped = renderSkipped(run.result);
  if (skipped) sections.push(skipped);
  sections.push(renderProvenance(run.settings, run.environment));
  return renderPage({
    lead: leadOf(run),
    title: evaluationTitle(run),
    tiles: evaluationTiles(run.result),
    sections,
    files: run.files,
  });
}

function leadOf({ settings, environment, result }: Run): string {
  const { method, preset } = environment?.conversion ?? {};
  const by = method === undefined ? '' : ` · ${method} (${preset})`;
  const data = typeof settings.data === 'string' ? ` · ${settings.data}` : '';
  return `Evaluation${by}${data} · ${count(result.images, 'image')}`;
}

function renderSeen(result: EvaluationResult): Html | undefined {
  const sentence = describeSeen(result);
  if (sentence === undefined) return undefined;
  return html`<section id="seen" aria-labelledby="seen-title">
<h2 id="seen-title">Not all images are new to the network</h2>
<p>${sentence.replace(/^./, (letter) => letter.toUpperCase())}.</p>
<p class="source">Data: <code>result.json: seen</code></p>
</section>`;
}

function renderStream(result: EvaluationResult): Html | undefined {
  const sentence = describeStream(result);
  if (sentence === undefined) return undefined;
  return html`<section id="stream" aria-labelledby="stream-title">
<h2 id="stream-title">The samples were a stream</h2>
<p>${sentence.replace(/^./, (letter) => letter.toUpperCase())}. The source network answered to each by itself.</p>
<p class="source">Data: <code>result.json: stream</code></p>
</section>`;
}

function renderSkipped({ skipped }: EvaluationResult): Html | undefined {
  if (skipped.length === 0) return undefined;
  const rows = skipped
    .slice(0, 100)
    .map(({ id, reason }) => html`<tr><th scope="row">${id}</th><td class="text long">${reason}</td></tr>`);
  return html`<section id="skipped" aria-labelledby="skipped-title">
<h2 id="skipped-title">${count(skipped.length, 'image')} left out</h2>
<p>They could not be read and count nowhere.</p>
<div class="scroll"><table><tbody>${rows}</tbody></table></div>
<p class="source">Data: <code>result.json: skipped</code></p>
</section>`;
}
