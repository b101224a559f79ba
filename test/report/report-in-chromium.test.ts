import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRun } from '../../src/report/evaluation-run.fixture.ts';
import { figures } from '../../src/report/figures/figures.ts';
import { writeReport } from '../../src/report/write-report.ts';
import type { EvaluationResult } from '../../src/results/evaluation-result.ts';
import type { RunTraces } from '../../src/results/traces.ts';

/** Chromium as Debian packages it (apt-get install chromium), or wherever CHROMIUM says. */
const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';
const missing = !existsSync(executable);
if (missing) console.warn(`skipped: reports in a browser need ${executable} (Debian package chromium)`);

/** NeuroBench’s metrics are a table; what 8-bit synapses cost is one, and only there for runs on them; what is no task for classes has a chart of its own. */
const charts = figures.filter(
  ({ id }) => !['synapses', 'task', 'tokens', 'neurobench', 'fine-tuning'].includes(id),
);

describe.skipIf(missing)('a report in Chromium', () => {
  const pictures = mkdtempSync(join(tmpdir(), 'report-pictures-'));
  let browser: Browser;
  let run: Awaited<ReturnType<typeof makeRun>>;
  let report: string;
  beforeAll(async () => {
    run = await makeRun();
    withoutChecksums(run.folder);
    letClassesFlip(join(run.folder, 'result.json'));
    report = await writeReport(run.folder);
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await run.remove();
    rmSync(pictures, { recursive: true });
  });

  /** Opens the report, and collects what it says on the console and asks the network for. */
  async function open(
    colorScheme: 'light' | 'dark',
    width: number,
  ): Promise<{ page: Page; noise: string[] }> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const noise: string[] = [];
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) noise.push(request.url());
    });
    await page.goto(`file://${report}`);
    return { page, noise };
  }

  it.each([
    ['light', 1100],
    ['dark', 1100],
    ['light', 400],
  ] as const)(
    'shows every chart in %s at %i pixels, in silence and without the network',
    async (scheme, width) => {
      const { page, noise } = await open(scheme, width);
      for (const { id } of charts) {
        const boxes = await page.locator(`#${id} figure svg[role="img"]:visible`).evaluateAll((all) =>
          all.map((svg) => {
            const { left, right, height } = svg.getBoundingClientRect();
            return { left, right, height, drawn: svg.querySelectorAll('path, rect, line').length };
          }),
        );
        expect(boxes.length, id).toBeGreaterThan(0);
        for (const { left, right, height, drawn } of boxes) {
          expect(right - left).toBeGreaterThan(200);
          expect(height).toBeGreaterThan(20);
          expect(drawn).toBeGreaterThan(0);
          expect(left).toBeGreaterThanOrEqual(0);
          expect(right).toBeLessThanOrEqual(width);
        }
      }
      // Nothing makes the page wider than the window.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(noise).toEqual([]);
      const [background, ink] = await page.evaluate<[string, string]>(
        '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]',
      );
      const [ground, letters] = [brightness(background), brightness(ink)];
      if (scheme === 'dark') expect(letters - ground).toBeGreaterThan(150);
      else expect(ground - letters).toBeGreaterThan(150);
      const picture = await page.screenshot({
        path: join(pictures, `${scheme}-${width}.png`),
        fullPage: true,
      });
      expect(picture.byteLength).toBeGreaterThan(50_000);
      await page.close();
    },
  );

  it('cuts no label off', async () => {
    for (const width of [1100, 400]) {
      const { page } = await open('light', width);
      const cut = await page.locator('figure svg[role="img"]:visible text').evaluateAll(
        (all, right) =>
          all
            .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
            .filter(({ box }) => box.left < 0 || box.right > right)
            .map(({ text }) => text),
        width,
      );
      expect(cut).toEqual([]);
      await page.close();
    }
  });

  it('prints to PDF on light ground, whatever the scheme', async () => {
    const { page } = await open('dark', 1100);
    const path = join(pictures, 'report.pdf');
    await page.pdf({ path, format: 'A4' });
    expect(readFileSync(path).subarray(0, 5).toString()).toBe('%PDF-');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    await page.close();
  });

  it('prints networks of many sites without cutting anything off', async () => {
    const many = await makeRun({ steps: 2 });
    repeatSites(many.folder, 100);
    const file = `file://${await writeReport(many.folder)}`;
    const page = await browser.newPage({ viewport: { ...paper, height: 900 } });
    await page.goto(file);
    await page.emulateMedia({ media: 'print' });
    await page.locator('details').evaluateAll((all) => {
      for (const each of all) each.setAttribute('open', '');
    });
    const heights = await page
      .locator('svg[role="img"]:visible')
      .evaluateAll((all) => all.map((svg) => svg.getBoundingClientRect().height));
    expect(heights.length).toBeGreaterThan(100);
    expect(Math.max(...heights)).toBeLessThan(paper.height);
    for (const id of ['firing-rates', 'errors', 'break-even', 'raster']) {
      const drawings = page.locator(`#${id} .wide`);
      expect(await drawings.count(), id).toBe(3);
      const rule = `getComputedStyle(document.querySelector('#${id} .wide')).breakInside`;
      expect(await page.evaluate(rule), id).toBe('avoid');
      // Heading, caption and first drawing share a page.
      const top = await page.locator(`#${id}`).evaluate((each) => each.getBoundingClientRect().top);
      const bottom = await drawings.first().evaluate((each) => each.getBoundingClientRect().bottom);
      expect(bottom - top, id).toBeLessThan(paper.height);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(paper.width);
    await page.close();
    await many.remove();
  });
});

/** What the margins leave of a page of A4, in CSS pixels. */
const paper = { width: 688, height: 1016 };

/** Takes the checksums of what was written away, as runs of earlier versions have none, so that a file may be changed. */
function withoutChecksums(folder: string): void {
  rmSync(join(folder, 'checksums.jsonl'), { force: true });
}

/** Gives a run as many sites and operators as a large network has. */
function repeatSites(folder: string, count: number): void {
  const repeat = <S extends object>(sites: readonly S[], name: keyof S & string) =>
    Array.from({ length: count }, (_, i) => {
      const site = sites[i % sites.length]!;
      return { ...site, [name]: `encoder.layers.${i}.${site[name]}` };
    });
  const edit = <C>(file: string, change: (content: C) => object) => {
    const path = join(folder, file);
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
  };
  withoutChecksums(folder);
  edit<EvaluationResult>('result.json', ({ sites, diagnosis, energy, ...rest }) => ({
    ...rest,
    sites: repeat(sites, 'name'),
    diagnosis: { ...diagnosis, sites: repeat(diagnosis!.sites, 'name') },
    energy: { ...energy, breakEven: repeat(energy!.breakEven, 'operator') },
  }));
  edit<RunTraces>('traces.json', ({ sites, ...rest }) => ({ ...rest, sites: repeat(sites, 'name') }));
}

/** The tiny network never changes its mind; this one does, so that there is a confusion to draw. */
function letClassesFlip(file: string): void {
  const pairs = [
    [0, 1],
    [1, 0],
    [2, 4],
    [3, 1],
  ].map(([source, spiking], i) => ({ source, spiking, images: 4 - i }));
  const flips = { images: 10, outcome: { lost: 5, won: 2, neither: 3 }, pairs };
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), flips }));
}

/** Of `rgb(r, g, b)`, from 0 to 255. */
function brightness(color: string): number {
  const [red, green, blue] = color.match(/\d+/g)!.map(Number) as [number, number, number];
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
