// The playground in headless Chromium: how fast it answers, and whether it answers as the native runtime does, for the bundled network and for own
// networks that are converted in the page.
//   npm run bench:playground -- [--glyphs 200] [--strokes 40]
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Answer, NetworkFacts } from '../pages/network/answer.ts';
import { glyph } from '../pages/network/glyph.ts';
import type { Requests } from '../pages/network/requests.ts';
import { Workbench } from '../pages/network/workbench.ts';
import { encodeModel } from '../src/formats/onnx/encode-model.ts';
import '../src/native/install.ts';
import { openNetwork } from '../src/opening/open-network.ts';
import { servePlayground } from '../test/pages/serve-playground.fixture.ts';
import { median } from './median.ts';

const { values: options } = parseArgs({
  options: { glyphs: { type: 'string', default: '200' }, strokes: { type: 'string', default: '40' } },
});
const [glyphs, strokes] = [Number(options.glyphs), Number(options.strokes)];
const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';
const assets = fileURLToPath(new URL('../dist/pages/playground/assets', import.meta.url));
const settings = { steps: 4, scale: 1, deadZone: undefined };
const choice = { method: 'ecmt', preset: 'tuned', steps: 4 };
/** Pictures that own networks are calibrated on. */
const pictures = Array.from({ length: 16 }, (_, i) => glyph(i, 'train').picture);

if (!existsSync(executable)) throw new Error(`needs ${executable} (Debian package chromium)`);
const server = await servePlayground();
const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
try {
  await measureTimes(browser);
  await compareOwn('glyphs-vit');
  await compareOwn('glyphs-cnn');
} finally {
  await browser.close();
  server.close();
}

async function measureTimes(browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  let errors = 0;
  page.on('console', () => errors++);
  page.on('pageerror', () => errors++);
  const begin = performance.now();
  await page.goto(server.address);
  await page.waitForSelector('.said');
  const first = performance.now() - begin;
  const paint = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
  );
  await page.waitForSelector('#energy svg');
  const asked: number[] = [];
  await startWorker(page);
  await ask(page, 'openBundled', `new Uint8Array(await (await fetch('glyphs-vit.snn.onnx')).arrayBuffer())`);
  await ask(page, 'prepare', JSON.stringify(settings));
  for (let i = 0; i < strokes; i++) {
    asked.push(
      await page.evaluate<number>(
        `(async () => { const begin = performance.now(); await networkAsk('run', ${given(i)}); return performance.now() - begin; })()`,
      ),
    );
  }
  console.log(
    `first paint ${paint.toFixed(0)} ms (bar 1000); first result ${first.toFixed(0)} ms (bar 3000)`,
  );
  console.log(
    `a stroke at T = 4: median ${median(asked).toFixed(0)} ms, least ${Math.min(...asked).toFixed(0)} ms (bar 150); ${errors} console messages (bar 0)`,
  );
  await page.close();
}

/** Converts a bundled network in the page, as one of the user's own, and natively. */
async function compareOwn(name: string): Promise<void> {
  const { model } = await openNetwork(fileURLToPath(new URL(`../models/${name}`, import.meta.url)));
  const bytes = encodeModel(model, () => undefined);
  const native = new Workbench(() => undefined);
  const nativeFacts = await native.openOwn(bytes.slice(), name, pictures, choice);
  await native.prepare(settings);
  const page = await browser.newPage();
  await page.goto(`${server.address}index.html?${name}`);
  await startWorker(page);
  const own = `{ name: '${name}', choice: ${JSON.stringify(choice)}, bytes: bytes('${base64(bytes)}'), pictures: [${pictures.map(written).join(',')}] }`;
  const facts = await ask(page, 'openOwn', own);
  await ask(page, 'prepare', JSON.stringify(settings));
  let [same, sourceError] = [0, 0];
  for (let i = 0; i < glyphs; i++) {
    const [here, there] = [await native.run(glyph(i, 'test').picture), await ask(page, 'run', given(i))];
    if (best(here) === best(there)) same++;
    for (const [k, logit] of here.sourceLogits.entries()) {
      sourceError = Math.max(sourceError, Math.abs(logit - there.sourceLogits[k]!));
    }
  }
  console.log(
    `${name} converted in the page: thresholds within ${thresholdError(nativeFacts, facts).toExponential(1)} of the native ones (bar 1e-5); ` +
      `classes at T = 4 agree on ${same} of ${glyphs} (bar 99 %); source logits within ${sourceError.toExponential(1)} (bar 1e-4)`,
  );
  await page.close();
}

function thresholdError(a: NetworkFacts, b: NetworkFacts): number {
  const values = ({ sites }: NetworkFacts) =>
    sites.flatMap(({ parameters }) => Object.values(parameters).flat());
  const [left, right] = [values(a), values(b)];
  return Math.max(...left.map((value, i) => Math.abs(value / right[i]! - 1)));
}

function best({ logits }: Answer): number {
  const last = logits.at(-1)!;
  return last.indexOf(Math.max(...last));
}

function given(i: number): string {
  return written(glyph(i, 'test').picture);
}

function written({ width, height, data }: Requests['run']['given']): string {
  return `{ width: ${width}, height: ${height}, data: bytes('${base64(data)}') }`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Starts the thread of the playground that runs networks, once more, with a way to ask it what the page would. */
async function startWorker(page: Page): Promise<void> {
  const script = readdirSync(assets).find((file) => file.startsWith('network-worker'));
  await page.evaluate(`(() => {
    const worker = new Worker('assets/${script}', { type: 'module' });
    globalThis.bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    globalThis.networkAsk = (kind, given) => new Promise((resolve, reject) => {
      const id = Math.random();
      worker.onmessage = ({ data }) => {
        if (data.id === id) data.error ? reject(new Error(data.error)) : resolve(data.answer);
      };
      worker.postMessage({ id, kind, given });
    });
  })()`);
}

function ask<K extends keyof Requests>(
  page: Page,
  kind: K,
  expression: string,
): Promise<Requests[K]['answer']> {
  return page.evaluate(`(async () => networkAsk('${kind}', ${expression}))()`);
}
