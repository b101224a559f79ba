import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hubSettings } from './hub-settings.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hub-home-'));
  await writeFile(join(home, 'token'), 'kept\n');
  await writeFile(join(home, 'other'), 'elsewhere');
});
afterAll(() => rm(home, { recursive: true }));

it('has the hub itself and the cache of the home folder where nothing is said', async () => {
  expect(await hubSettings({ HOME: '/home/me' })).toEqual({
    url: 'https://huggingface.co',
    cache: '/home/me/.cache/huggingface/hub',
    token: undefined,
    offline: false,
  });
});

it('reads the token from the environment, else from the file that the hub’s own tools write', async () => {
  const tokenIn = async (environment: Record<string, string>) => (await hubSettings(environment)).token;
  expect(await tokenIn({ HF_HOME: home })).toBe('kept');
  expect(await tokenIn({ HF_HOME: home, HF_TOKEN: ' told ' })).toBe('told');
  expect(await tokenIn({ HF_HOME: home, HF_TOKEN_PATH: join(home, 'other') })).toBe('elsewhere');
});

it('takes endpoint, cache and offline from the environment', async () => {
  const { url, cache, offline } = await hubSettings({
    HF_ENDPOINT: 'https://mirror.example/',
    HF_HUB_CACHE: '/big/hub',
    HF_HUB_OFFLINE: '1',
  });
  expect([url, cache, offline]).toEqual(['https://mirror.example', '/big/hub', true]);
});
