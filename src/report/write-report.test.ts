import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ecmtRatio, operatorActivities } from '../energy/ecmt-ratio.ts';
import { operatorCosts } from '../energy/operator-costs.ts';
import { siteCarrying } from '../energy/site-carrying.ts';
import { addActivity } from '../engines/spike-statistics.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import type { BatchRecord } from '../results/batch-record.ts';
import { evaluationSchema } from '../results/evaluation-result.ts';
import { tracesSchema } from '../results/traces.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { makeRun } from './evaluation-run.fixture.ts';
import { figures } from './figures/figures.ts';
import { writeReport } from './write-report.ts';

type Page = ReturnType<typeof parseHTML>['document'];

let folder: string;
let model: Model;
let remove: () => Promise<void>;
let page: string;
let document: Page;
beforeAll(async () => {
  ({ folder, model, remove } = await makeRun({ synapses: 'int8' }));
  page = readFileSync(await writeReport(folder), 'utf8');
  ({ document } = parseHTML(page));
});
afterAll(() => remove());

const readJson = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

const withoutJson = (text: string) => text.replace(/<script type="application\/json".*?<\/script>/gs, '');

/** The text of a number in the page, by the place it names. */
function textAt(pointer: string): string {
  const found = document.querySelector(`data[data-from="${pointer}"]`);
  return (found?.textContent ?? `nothing from ${pointer}`).replace('\u00a0', ' ');
}

/** Value of a JSON pointer. */
function resolvePointer(pointer: string): unknown {
  const [file, path] = pointer.split('#/') as [string, string];
  return path.split('/').reduce((value, key) => value[key], readJson(file));
}

describe('the report of an evaluation', () => {
  it('has every figure, and its JSON is that of the run', () => {
    const ids = [...document.querySelectorAll('main > section')].map(({ id }) => id);
    // A run on pictures that tells classes has no figure of another task, nor of texts; this one was not fine-tuned either.
    const others = ['task', 'tokens', 'fine-tuning'];
    const own = figures.map(({ id }) => id).filter((id) => !others.includes(id));
    expect(ids).toEqual([...own, 'provenance']);
    for (const file of ['run.json', 'result.json', 'traces.json', 'environment.json']) {
      const inline = document.querySelector(`script[data-file="${file}"]`)!.textContent!;
      expect(JSON.parse(inline)).toEqual(readJson(file));
    }
  });

  it('needs no network and runs no script', () => {
    expect([...document.querySelectorAll('script')].every(({ type }) => type === 'application/json')).toBe(
      true,
    );
    const visible = withoutJson(page);
    expect(visible.replaceAll('http://www.w3.org/', '')).not.toMatch(
      /https?:|src=(?!"data:)|@import|url\((?!#)/,
    );
  });

  it('shows numbers that are in the JSON, at the place they name', () => {
    const numbers = [...document.querySelectorAll('data[data-from]')];
    expect(numbers.length).toBeGreaterThan(200);
    for (const each of numbers) {
      const value = Number(each.getAttribute('value'));
      expect(resolvePointer(each.getAttribute('data-from')!)).toBe(value);
      const shown = Number.parseFloat(each.textContent!.replaceAll(',', ''));
      if (each.textContent!.endsWith('%')) expect(Math.abs(shown - 100 * value)).toBeLessThanOrEqual(0.0501);
    }
  });

  it('says the accuracy, firing rate and energy ratio that follow from batches.jsonl', async () => {
    const lines = readFileSync(join(folder, 'batches.jsonl'), 'utf8').trim().split('\n');
    const batches = lines.map((line) => JSON.parse(line) as BatchRecord);
    const predictions = batches.flatMap((batch) => batch.predictions);
    const activity = batches.map((batch) => batch.activity!).reduce(addActivity);
    for (const t of [0, 1, 2]) {
      const right = predictions.filter(({ steps, label }) => steps[t]![0] === label).length;
      expect(textAt(`result.json#/steps/${t}/top1`)).toBe(`${((100 * right) / 24).toFixed(1)} %`);
      const agreeing = predictions.filter(({ steps, source }) => steps[t]![0] === source[0]).length;
      expect(textAt(`result.json#/steps/${t}/agreement`)).toBe(`${((100 * agreeing) / 24).toFixed(1)} %`);
    }

    const source = toSourceForm(model);
    const ratios = ecmtRatio(
      operatorActivities(await operatorCosts(source), activity, siteCarrying(sitesOf(model)), 24),
    );
    for (const t of [0, 1, 2]) {
      expect(textAt(`result.json#/steps/${t}/energy/ecmtRatio`)).toBe(ratios[t]!.toFixed(3));
    }

    const sites = sitesOf(model);
    const shapes = await measureShapes(
      source,
      sites.map(({ value }) => value),
    );
    for (const [i, site] of sites.entries()) {
      const neurons = sizeOf(shapes.get(site.value)!);
      const rate = activity.spikes[site.name]![1]! / (24 * neurons);
      expect(textAt(`result.json#/sites/${i}/firingRate/1`)).toBe(rate.toFixed(3));
    }
  });

  it('names its charts, its tables and where their numbers are', () => {
    for (const section of document.querySelectorAll('main > section')) {
      expect(section.querySelector('h2')!.textContent!.length).toBeGreaterThan(5);
      expect(section.querySelector('.source code')!.textContent).toMatch(/\.jsonl?/);
    }
    const drawings = [...document.querySelectorAll('figure svg[role="img"]')];
    expect(drawings.length).toBeGreaterThan(20);
    for (const svg of drawings) expect(svg.getAttribute('aria-label')).toMatch(/\w{4}/);
    expect(document.querySelector('html')!.getAttribute('lang')).toBe('en');
    expect(page).toContain('bee');
    expect(withoutJson(page)).not.toContain('<b>cat');
  });

  it('is made of files that the schemas describe in full', () => {
    expect(evaluationSchema.parse(readJson('result.json'))).toEqual(readJson('result.json'));
    expect(tracesSchema.parse(readJson('traces.json'))).toEqual(readJson('traces.json'));
  });
});

describe('the report of an odd run', () => {
  const reportOf = async (options: Parameters<typeof makeRun>[0]) => {
    const run = await makeRun(options);
    try {
      return parseHTML(readFileSync(await writeReport(run.folder), 'utf8')).document;
    } finally {
      await run.remove();
    }
  };
  const sections = (of: Page) => [...of.querySelectorAll('main > section')].map(({ id }) => id);

  it('does without labels, and escapes the name of the network', async () => {
    const odd = await reportOf({ labelled: false, name: '<i>net</i>', steps: 1 });
    expect(odd.querySelector('h1')!.textContent).toMatch(
      /^<i>net<\/i>: \d.* agreement with its source network at T/,
    );
    expect(sections(odd)).toContain('firing-rates');
    expect(sections(odd)).not.toContain('synapses');
    expect(odd.body.textContent).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('does without time-steps', async () => {
    const odd = await reportOf({ spiking: false });
    expect(odd.querySelector('h1')!.textContent).toMatch(/^tiny-vit gets \d.* right; it does not spike$/);
    expect(sections(odd)).toEqual(['provenance']);
  });

  it('does without images', async () => {
    const odd = await reportOf({ images: 0 });
    expect(odd.querySelector('h1')!.textContent).toBe('tiny-vit: none of the images could be read');
    expect(odd.body.textContent).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('refuses a folder without a result, and files that are none of ours', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await expect(writeReport(empty)).rejects.toThrow(
      `${empty}: expected the folder of a finished run, with result.json or frontier.json, got neither. Give the folder that the run named, after it has come to its end.`,
    );
    writeFileSync(join(empty, 'result.json'), '{"images": "many"}');
    await expect(writeReport(empty)).rejects.toThrow(
      /result\.json: expected a file as docs\/run-folder\.md describes it, got .*Run the evaluation again\./,
    );
    await rm(empty, { recursive: true });
  });
});

describe('the report of a fine-tuned network', () => {
  it('shows the curve, and neurons before and after, beside source and converted network', async () => {
    const epochs = [0.4, 0.6].map((testAccuracy, i) => ({
      epoch: i + 1,
      trainLoss: 1 - i / 2,
      testLoss: 1.25,
      testAccuracy,
    }));
    const run = await makeRun({
      steps: 1,
      images: 8,
      fineTuning: {
        method: 'diet',
        steps: 1,
        trained: ['w'],
        epochs: 2,
        updates: 8,
        seed: 1,
        data: 'glyphs:train',
        samples: 64,
        testSamples: 40,
        measure: 'accuracy',
        sourceAccuracy: 0.9,
        convertedAccuracy: 0.3,
        tunedAccuracy: 0.6,
        curve: epochs,
        neurons: [
          { site: 'layer1', firingRate: [0.25, 0.125], parameters: { threshold: [1, 0.75], leak: [1, 0.5] } },
          { site: 'layer2', firingRate: [0.5, 0.5], parameters: { threshold: [1, 2] } },
        ],
      },
    });
    onTestFinished(run.remove);
    const tuned = parseHTML(readFileSync(await writeReport(run.folder), 'utf8')).document;
    const section = tuned.querySelector('#fine-tuning')!;
    const textOf = (element: { textContent: string | null } | null) =>
      element?.textContent?.replaceAll('\u00a0', ' ');
    expect(textOf(section.querySelector('h2'))).toBe(
      'Fine-tuning went from 30.0 % as converted to 60.0 %; the source network has 90.0 %',
    );
    expect(section.querySelectorAll('svg').length).toBeGreaterThan(0);
    const [neurons, curve] = [...section.querySelectorAll('table')].map((table) =>
      [...table.querySelectorAll('tr')].map((row) => [...row.querySelectorAll('th, td')].map(textOf)),
    );
    expect(neurons).toEqual([
      [
        'site',
        'rate before',
        'rate after',
        'threshold before',
        'threshold after',
        'leak before',
        'leak after',
      ],
      ['layer1', '0.250', '0.125', '1', '0.750', '1', '0.5'],
      ['layer2', '0.500', '0.500', '1', '2.000', '–', '–'],
    ]);
    expect(curve?.at(-1)).toEqual(['2', '0.500', '1.25', '60.00 %']);
    expect(tuned.querySelector('.tiles')?.textContent).toContain('tuned network without neurons');
  });
});
