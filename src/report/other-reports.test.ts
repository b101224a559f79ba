import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeRun } from './evaluation-run.fixture.ts';
import { writeReport } from './write-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'other-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

let evaluation: { steps: { t: number; top1: number; energy: { ecmtRatio: number } }[] };
beforeAll(async () => {
  const run = await makeRun({ steps: 2 });
  evaluation = JSON.parse(readFileSync(join(run.folder, 'result.json'), 'utf8'));
  await run.remove();
});

async function reportOn(file: string, content: unknown) {
  writeFileSync(join(folder, file), JSON.stringify(content));
  const { document } = parseHTML(readFileSync(await writeReport(folder), 'utf8'));
  rmSync(join(folder, file));
  return document;
}

/** Every number of a page with the place it names, looked up there. */
function requireTraced(document: ReturnType<typeof parseHTML>['document'], content: unknown): number {
  const numbers = [...document.querySelectorAll('data[data-from]')];
  for (const each of numbers) {
    const path: string = each.getAttribute('data-from')!.split('#/')[1]!;
    const value = path
      .split('/')
      .reduce((at: unknown, key: string) => (at as Record<string, unknown>)[key], content);
    expect(Number(each.getAttribute('value')), path).toBe(value);
  }
  return numbers.length;
}

it('draws a comparison: one table, steps, energy, and links to the runs', async () => {
  const better = structuredClone(evaluation);
  for (const step of better.steps) step.top1 = Math.min(1, step.top1 + 0.2);
  const content = {
    kind: 'comparison',
    entries: [
      { name: 'ecmt', folder: 'ecmt', result: evaluation },
      { name: 'rate', folder: 'rate', result: better },
    ],
    differences: [
      {
        first: 'ecmt',
        second: 'rate',
        images: 24,
        top1: { onlyFirst: 1, onlySecond: 9, p: 0.021484375 },
        agreement: { onlyFirst: 2, onlySecond: 2, p: 1 },
      },
    ],
  };
  const document = await reportOn('result.json', content);
  expect(document.querySelector('h1')!.textContent).toMatch(/: rate is best at T.=.2, \d+\.\d.% right$/);
  const ids = [...document.querySelectorAll('main > section')].map(({ id }) => id);
  expect(ids).toEqual(['table', 'differences', 'steps', 'frontier', 'full-frontier']);
  const tested = [...document.querySelectorAll('#differences tbody :is(th, td)')].map(
    ({ textContent }) => textContent,
  );
  expect(tested).toEqual(['ecmt', 'rate', '1', '9', '0.021', '2', '2', '1.000']);
  // A bar for the interval of each step of each method, and no two at the same place.
  const bars = [...document.querySelectorAll('#steps svg')]
    .map((svg) =>
      [...svg.querySelectorAll('[aria-label="rule"] line')].map((line) => line.getAttribute('x1')),
    )
    .filter((places) => places.length > 0);
  expect(bars.length).toBeGreaterThan(0);
  for (const places of bars) expect(new Set(places).size).toBeGreaterThanOrEqual(4);
  expect([...document.querySelectorAll('#table tbody tr')]).toHaveLength(5);
  expect(document.querySelector('#table a')!.getAttribute('href')).toBe('ecmt/report.html');
  expect(requireTraced(document, content)).toBeGreaterThan(12);
});

it('draws what networks in few bits make of width, time and energy', async () => {
  const size = { weightBits: 100, bitOperations: 400 };
  const entryOf = (widen: number, activations: number) => {
    const steps = structuredClone(evaluation.steps).slice(0, activations);
    const fewBits = {
      bits: { weights: 1, activations },
      widen,
      size,
      narrow: size,
      epochs: 3,
      testSamples: 1000,
      sourceAccuracy: 0.99,
      quantisedAccuracy: 0.9 + widen / 100,
    };
    const name = `w1a${activations}x${widen}`;
    return { name, folder: name, result: { ...evaluation, steps, fewBits } };
  };
  const entries = [entryOf(1, 1), entryOf(1, 2), entryOf(2, 1), entryOf(2, 2)];
  const content = { kind: 'comparison', entries, differences: [] };
  const document = await reportOn('result.json', content);
  const section = document.querySelector('#width-for-time')!;
  expect([...section.querySelectorAll('.key li')].map((each) => each.textContent)).toEqual(['×1', '×2']);
  expect(section.querySelectorAll('tbody tr')).toHaveLength(4);
  expect(section.querySelector('figure')!.textContent).toContain('T=2');
  expect(requireTraced(document, content)).toBeGreaterThan(4 * 6);
  const others = { ...content, entries: [entryOf(1, 1), { ...entryOf(2, 1), result: evaluation }] };
  const without = await reportOn('result.json', others);
  expect(without.querySelector('#width-for-time')).toBeNull();
});

it('draws the frontier of a tuning: what is best, and what is beaten', async () => {
  const point = (T: number, ecmtRatio: number, accuracy: number) => ({
    method: 'tuned',
    T,
    accuracy,
    agreement: accuracy,
    ecmtRatio,
    fullRatio: null,
  });
  const content = {
    source: 0.8,
    points: [point(1, 0.1, 0.5), point(2, 0.2, 0.795), point(3, 0.3, 0.7), point(4, 0.4, 0.8)],
  };
  const document = await reportOn('frontier.json', content);
  expect(document.querySelector('h1')!.textContent!.replaceAll('\u00a0', ' ')).toBe(
    'Cheapest within 1 point of the source network: tuned at T = 2, 20 % of the energy by ECMT’s count',
  );
  expect([...document.querySelectorAll('#frontier .key li')].map((each) => each.textContent)).toEqual([
    'tuned',
    'beaten by another one',
  ]);
  expect(requireTraced(document, content)).toBe(12);
  const few = await reportOn('frontier.json', { ...content, images: 32 });
  expect(few.querySelector('h1')!.textContent!.replaceAll('\u00a0', ' ')).toMatch(
    /^4 networks at 10 % to 40 % of the energy by ECMT’s count, measured on 32 images: too few/,
  );
  const pays = {
    device: '45nm-fp32',
    last: { T: 3, ecmtRatio: 0.3, fullRatio: 0.9 },
    stops: { T: 4, ecmtRatio: 0.4, fullRatio: 1.2 },
  };
  const priced = {
    ...content,
    pays,
    points: content.points.map((each, i) => ({ ...each, fullRatio: 0.3 * (i + 1) })),
  };
  const paying = await reportOn('frontier.json', priced);
  expect(paying.querySelector('#full-frontier p')!.textContent).toContain(
    'On 45nm-fp32, spiking pays up to an ECMT ratio of 0.300, and no longer from 0.400 on.',
  );
  expect(requireTraced(paying, priced)).toBe(18);
  const empty = await reportOn('frontier.json', { points: [] });
  expect(empty.querySelector('h1')!.textContent).toMatch(/: no point of the frontier yet$/);
});
