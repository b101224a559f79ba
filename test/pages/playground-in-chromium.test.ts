import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePlayground } from './serve-playground.fixture.ts';

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';
const missing = !existsSync(executable);
if (missing)
  console.warn(`skipped: the playground in a browser needs ${executable} (Debian package chromium)`);

/** Keeps what a page tells of errors, even if only for a moment. */
const keepAlerts = `
  window.alerts = [];
  new MutationObserver(() => {
    const text = document.querySelector('[role="alert"]')?.textContent;
    if (text) alerts.push(text);
  }).observe(document, { childList: true, subtree: true });`;

describe.skipIf(missing)('the playground in Chromium', () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let page: Page;
  const noise: string[] = [];
  const foreign: string[] = [];
  beforeAll(async () => {
    server = await servePlayground();
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 400, height: 900 }, reducedMotion: 'reduce' });
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(error.message));
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.address)) {
        foreign.push(request.url());
      }
    });
    await page.addInitScript(keepAlerts);
    // The network comes last, when the first picture has long been drawn.
    const thread = page.waitForResponse(/network-worker/);
    await page.route('**/glyphs-vit.snn.onnx', async (route) => {
      await thread;
      await route.continue();
    });
    await page.goto(server.address);
    await page.waitForSelector('#energy svg[role="img"]');
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it('names the first glyph as its source network does, with spikes of every block and energy of every step', async () => {
    // The first of glyphs:test is a zero.
    expect(await page.textContent('#answer-title')).toMatch(
      /^The spiking network says 0 and could stop after step \d of 4; its source says the same\.$/,
    );
    expect(await page.locator('.blocks tbody tr').count()).toBe(4);
    const maps = await page
      .locator('.blocks [role="img"]')
      .evaluateAll((all) => all.map((map) => map.getAttribute('aria-label')));
    expect(maps).toHaveLength(16);
    expect(maps[5]).toMatch(/^blocks\.1, step 2: where its [\d,]+ spikes are$/);
    expect(await page.getAttribute('#energy svg', 'aria-label')).toMatch(
      /relative to the source network, after steps 1 to 4: 0\.\d\d, /,
    );
  });

  it('waits for its network without a word of errors', async () => {
    expect(await page.evaluate('alerts')).toEqual([]);
  });

  it('is drawn on with the keys, and answers', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    const sheet = page.getByRole('application');
    await sheet.focus();
    const press = async (key: string, times = 1) => {
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
    };
    await press('ArrowLeft', 6);
    await press('ArrowUp', 10);
    await press(' ');
    await press('ArrowDown', 20);
    await press('ArrowRight', 12);
    await press(' ');
    await page.waitForFunction(`/says L and/.test(document.querySelector('#answer-title').textContent)`);
  });

  it('runs fewer steps, and spikes less with larger thresholds', async () => {
    await page.getByLabel('Time-steps T').fill('2');
    await page.waitForFunction(`document.querySelectorAll('.blocks thead th').length === 3`);
    await page.getByLabel('Scale of thresholds').fill('3');
    // 84 of 100 neurons of the first block spike as it was converted.
    await page.waitForFunction(`parseFloat(document.querySelector('.blocks td span').textContent) < 60`);
    expect(await page.getByRole('button', { name: 'Fit them for T = 2' }).count()).toBe(1);
  });

  it('is narrow, silent, and asks nobody else', async () => {
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    expect(noise).toEqual([]);
    expect(foreign).toEqual([]);
  });
});
