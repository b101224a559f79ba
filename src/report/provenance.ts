import type { Environment } from '../results/environment.ts';
import { type Html, html } from './html.ts';

/** What decided about the results, and where they were made. */
export function renderProvenance(
  settings: Readonly<Record<string, unknown>>,
  environment: Environment | undefined,
): Html {
  const { conversion, classes: _, ...place } = environment ?? {};
  const groups: [string, string, Readonly<Record<string, unknown>>][] = [
    ['Settings', 'run.json', settings],
    ['Conversion', 'environment.json: conversion', conversion ?? {}],
    ['Environment', 'environment.json', place],
  ];
  const shown = groups.filter(([, , values]) => Object.keys(values).length > 0);
  if (shown.length === 0) return html``;
  return html`<section id="provenance" aria-labelledby="provenance-title">
<h2 id="provenance-title">Settings and environment</h2>
${shown.map(([title, file, values]) => html`<h3>${title}</h3>${table(title, values)}<p class="source">Data: <code>${file}</code></p>`)}
</section>`;
}

function table(caption: string, values: Readonly<Record<string, unknown>>): Html {
  const rows = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(
      ([name, value]) => html`<tr><th scope="row">${name}</th><td class="text long">${textOf(value)}</td></tr>
`,
    );
  return html`<table aria-label="${caption}"><tbody>${rows}</tbody></table>`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
