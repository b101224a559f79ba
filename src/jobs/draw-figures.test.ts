import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRun } from '../report/evaluation-run.fixture.ts';
import { drawFigures, figuresOf } from './draw-figures.ts';

const out = mkdtempSync(join(tmpdir(), 'figures-'));
let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await makeRun({ steps: 2, images: 16 }));
}, 60_000);
afterAll(async () => {
  await remove();
  rmSync(out, { recursive: true });
});

describe('figures of a run by themselves', () => {
  it('are SVG with its namespace and colours of their own, key and all', async () => {
    const [path = ''] = await drawFigures(folder, { figure: 'accuracy', output: join(out, 'a.svg') });
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('var(');
    const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
    expect(documentElement?.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
    const words = [...(documentElement?.querySelectorAll('text') ?? [])].map(
      ({ textContent }) => textContent,
    );
    expect(words).toContain('top-1 of the spiking network');
    expect(words).toContain('time-step T');
  });

  it('are PDF whose parts are where its table says, with the same words', async () => {
    const [path = ''] = await drawFigures(folder, { figure: 'accuracy', output: join(out, 'a.pdf') });
    const text = readFileSync(path, 'latin1');
    expect(text.startsWith('%PDF-1.4\n')).toBe(true);
    const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    expect(text.slice(table, table + 5)).toBe('xref\n');
    const places = [...text.slice(table).matchAll(/^(\d{10}) 00000 n /gm)].map(([, place]) => Number(place));
    for (const [i, place] of places.entries())
      expect(text.slice(place)).toMatch(new RegExp(`^${i + 1} 0 obj\n`));
    const [, length, stream = ''] = /\/Length (\d+) >>\nstream\n([\s\S]*)\nendstream/.exec(text) ?? [];
    expect(stream.length).toBe(Number(length));
    const words = [...stream.matchAll(/<([0-9a-f]+)> Tj/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex').toString('latin1'),
    );
    expect(words).toContain('top-1 of the spiking network');
    expect(stream.match(/^q$/gm)?.length).toBe(stream.match(/^Q$/gm)?.length);
  });

  it('have their numbers in full', async () => {
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    const [{ table } = { table: undefined }] = await figuresOf(folder, 'accuracy');
    expect(table?.columns.map(({ key }) => key).slice(0, 4)).toEqual(['name', 'top-1', '95 %', 'top-5']);
    expect(table?.rows[1]?.slice(0, 2)).toEqual(['T = 1', result.steps[0].top1]);
  });

  it('stand in the folder of the run, all of them', async () => {
    const paths = await drawFigures(folder);
    const drawn = (await figuresOf(folder)).filter(({ svg }) => svg).map(({ name }) => name);
    expect(paths).toEqual(
      drawn.flatMap((name) => ['svg', 'pdf'].map((end) => join(folder, 'figures', `${name}.${end}`))),
    );
    expect(drawn.length).toBeGreaterThan(6);
  });

  it.each([
    [
      { figure: 'best' },
      /^figure 'best' of .*: expected one of accuracy, .*, got an unknown name\. Choose one of these\.$/,
    ],
    [
      { output: 'a.svg' },
      /^figures of .*: expected one figure for one file, got \d+ figures\. Name one of them\.$/,
    ],
    [
      { figure: 'accuracy', output: 'a.png' },
      /^a\.png: expected a file that ends with \.svg or \.pdf, got \.png\. Choose one of the two\.$/,
    ],
  ])('refuse %j', async (settings, message) => {
    await expect(drawFigures(folder, settings)).rejects.toThrow(message);
  });
});
