import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRow } from '../../src/studio/run-rows.ts';
import type { CommandState } from '../../src/studio/started-commands.ts';

// As built: the studio starts the built command line.
const { results } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../../src/index.ts');

const models = fileURLToPath(new URL('../../models', import.meta.url));
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';
const missing = !existsSync(executable);
if (missing) console.warn(`skipped: the studio in a browser needs ${executable} (Debian package chromium)`);

interface Listing {
  readonly runs: readonly RunRow[];
  readonly commands: readonly CommandState[];
}

const script = '<img src=x onerror="globalThis.hacked=1">';

let root: string;
let studio: Awaited<ReturnType<typeof results.serveStudio>>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'studio-'));
  mkdirSync(join(root, 'holiday pictures'));
  mkdirSync(join(root, 'broken'));
  writeFileSync(join(root, 'broken', 'run.json'), '{"model": ');
  mkdirSync(join(root, 'torn'));
  writeFileSync(join(root, 'torn', 'run.json'), '{"images": 8}');
  writeFileSync(join(root, 'torn', 'result.json'), '{"images": 8, "steps": "none"}');
  writeFileSync(join(root, 'torn', 'label.json'), JSON.stringify({ name: script, tags: [] }));
  studio = await results.serveStudio({ runs: root, port: 0 });
});
afterAll(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

const listing = async () => (await (await fetch(`${studio.address}api/runs`)).json()) as Listing;

const post = async (path: string, given: unknown) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(studio.address + path, {
    method: 'POST',
    headers,
    body: JSON.stringify(given),
  });
  return { status: response.status, answer: (await response.json()) as CommandState & { error?: string } };
};

/** Asks with headers that fetch would not let through. */
async function statusWith(
  headers: Record<string, string>,
  address = studio.address,
): Promise<number | undefined> {
  const sent = request(`${address}api/runs`, { headers });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

/** Looks again until a command is in a state. */
async function until(id: number, state: CommandState['state']): Promise<CommandState> {
  for (;;) {
    const found = (await listing()).commands.find((each) => each.id === id);
    if (found?.state === state) return found;
    if (found && found.state !== 'running') throw new Error(`${found.state}: ${found.said}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the server of the studio', () => {
  it('refuses requests that name another host or come from another origin', async () => {
    const { host } = new URL(studio.address);
    expect(await statusWith({ host })).toBe(200);
    expect(await statusWith({ host: host.replace('127.0.0.1', 'localhost') })).toBe(200);
    expect(await statusWith({ host: `attacker.example:${new URL(studio.address).port}` })).toBe(403);
    expect(await statusWith({ host, origin: 'http://attacker.example' })).toBe(403);
    expect(await statusWith({ host, origin: `http://${host}` })).toBe(200);
  });

  it('takes no command that is not declared as JSON, and none but those that leave something to look at', async () => {
    const plain = await fetch(`${studio.address}api/commands`, {
      method: 'POST',
      body: '{"args":["convert"]}',
    });
    expect([plain.status, await plain.json()]).toEqual([
      400,
      { error: 'expected { "args": ["evaluate", …] } as JSON' },
    ]);
    expect(await post('api/commands', { args: ['train', 'x'] })).toEqual({
      status: 400,
      answer: {
        error:
          "command 'train': expected one of convert, evaluate, tune, compare, got another one. Use a terminal for it.",
      },
    });
  });

  it('asks for a token where it listens at other addresses', async () => {
    const open = await results.serveStudio({ runs: root, port: 0, host: '0.0.0.0' });
    const { port, search } = new URL(open.address);
    const address = `http://127.0.0.1:${port}/`;
    expect(search).toMatch(/^\?token=[\w-]{32}$/);
    expect((await fetch(`${address}api/runs`)).status).toBe(401);
    const given = await fetch(address + search, { redirect: 'manual' });
    const [cookie = ''] = given.headers.getSetCookie();
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await fetch(`${address}api/runs`, { headers: { cookie: cookie.split(';')[0]! } })).status).toBe(
      200,
    );
    await open.close();
  });

  it('lists folders that hold no run, or a damaged one, as such', async () => {
    const states = Object.fromEntries(
      (await listing()).runs.map(({ folder, state, problem }) => [folder, [state, problem]]),
    );
    expect(states).toEqual({
      'holiday pictures': ['foreign', undefined],
      broken: ['damaged', 'it holds no run.json that can be read'],
      torn: [
        'damaged',
        expect.stringMatching(/^.*result\.json: expected a file as docs\/run-folder\.md describes it, got /),
      ],
    });
    expect((await fetch(`${studio.address}api/runs/${encodeURIComponent('../..')}`)).status).toBe(404);
  });

  it('finishes a run after it was killed, and counts every image once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'studio-killed-'));
    const server = spawn(process.execPath, [main, 'studio', '--runs', folder, '--port', '0']);
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const address = line.toString().replace('studio: ', '').trim();
    const args = [
      ...['evaluate', join(models, 'glyphs-cnn'), '--data', 'glyphs:test', '--limit', '24', '--batch', '4'],
      ...['--workers', '1', '--run', join(folder, 'one')],
    ];
    const headers = { 'content-type': 'application/json' };
    await fetch(`${address}api/commands`, { method: 'POST', headers, body: JSON.stringify({ args }) });
    while (!existsSync(join(folder, 'one', 'batches.jsonl')))
      await new Promise((resolve) => setImmediate(resolve));
    server.kill('SIGKILL');
    await once(server, 'exit');
    const again = await results.serveStudio({ runs: folder, port: 0 });
    const known = (await (await fetch(`${again.address}api/runs`)).json()) as Listing;
    expect(known.commands.map(({ id, state, line: typed }) => [id, state, typed.slice(0, 18)])).toEqual([
      [1, 'stopped', 'transpike evaluate'],
    ]);
    for (let row = known.runs[0]; row?.state === 'running'; ) {
      row = ((await (await fetch(`${again.address}api/runs`)).json()) as Listing).runs[0];
    }
    await fetch(`${again.address}api/commands/1/resume`, { method: 'POST', headers, body: '{}' });
    let state = '';
    while (state !== 'finished') {
      const { commands } = (await (await fetch(`${again.address}api/runs`)).json()) as Listing;
      state = commands[0]!.state;
      if (state === 'failed') throw new Error(commands[0]!.said);
    }
    const run = await results.readRun(join(folder, 'one'));
    expect(run.kind === 'evaluation' && run.result.images).toBe(24);
    await again.close();
    rmSync(folder, { recursive: true });
  });
});

it('is served at no port beyond the last', async () => {
  await expect(results.serveStudio({ runs: root, port: 99_999 })).rejects.toThrow(
    'studio: expected a port from 0 to 65535, got 99999. Give for example 4180, or 0 for any that is free.',
  );
});

describe.skipIf(missing)('the pages of the studio in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const noise: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(error.message));
    await page.goto(studio.address);
    await page.waitForSelector('.runs tbody tr');
  });
  afterAll(() => browser?.close());

  it('start a run, show it live and when it is finished, and show names as text', async () => {
    expect(await page.locator('.runs tbody tr').count()).toBe(3);
    expect(await page.textContent('.runs tbody')).toContain(script);
    expect(await page.evaluate('globalThis.hacked')).toBe(undefined);
    const args = `${join(models, 'glyphs-cnn')} --calibrate glyphs:train --calibration-limit 8 -T 2 --data glyphs:test --limit 8 --workers 1 --no-quantised --run ${join(root, 'live')}`;
    await page.getByLabel('Arguments').fill(args);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForSelector('.started li');
    expect(await page.textContent('.started code')).toBe(`transpike evaluate ${args}`);
    await until((await listing()).commands.at(-1)!.id, 'finished');
    await page.getByRole('link', { name: 'live' }).click();
    await page.waitForSelector('.tiles');
    expect(await page.locator('.tiles li').count()).toBe(6);
    await page.locator('button.link').first().click();
    await page.waitForSelector('#site-title');
    // Figures of the run, and of the site, which come when it is read.
    await page.locator('svg[role="img"]').nth(3).waitFor();
    expect(noise).toEqual([]);
  });
});
