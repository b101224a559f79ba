import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadProgress, fetchFromHub } from './fetch-from-hub.ts';
import { commit, type HubServer, hashOf, startHubServer } from './hub-server.fixture.ts';
import type { HubSettings } from './hub-settings.ts';

const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * seed + 7) % 251);
const weights = Buffer.from(bytes(300_000, 3));
const config = new TextEncoder().encode('{"model_type":"vit"}');

let server: HubServer;
let cache: string;
let settings: HubSettings;
beforeEach(async () => {
  server = await startHubServer();
  server.state.files = {
    'config.json': config,
    'model.safetensors': weights,
    'pytorch_model.bin': bytes(9, 5),
  };
  server.state.large.add('model.safetensors');
  cache = await mkdtemp(join(tmpdir(), 'hub-'));
  settings = { url: server.url, cache, token: undefined, offline: false };
});
afterEach(async () => {
  await server.close();
  await rm(cache, { recursive: true });
});

const fetched = (changes: Partial<HubSettings> = {}, text = 'hf:owner/name') =>
  fetchFromHub(text, {}, { ...settings, ...changes });
const repository = () => join(cache, 'models--owner--name');
const downloads = () => server.state.requests.filter((each) => each.startsWith('/owner/name/resolve/'));

describe('fetchFromHub', () => {
  it('puts weights and what describes them into the cache as other tools of the hub do', async () => {
    const model = await fetched();
    const folder = join(repository(), 'snapshots', commit);
    expect(model).toEqual({ folder, path: folder, name: 'name' });
    expect((await readdir(folder)).toSorted()).toEqual(['config.json', 'model.safetensors']);
    expect(weights.equals(await readFile(join(folder, 'model.safetensors')))).toBe(true);
    expect(await readlink(join(folder, 'model.safetensors'))).toBe(`../../blobs/${hashOf(weights, true)}`);
    expect(await readlink(join(folder, 'config.json'))).toBe(`../../blobs/${hashOf(config, false)}`);
    expect(await readFile(join(repository(), 'refs', 'main'), 'utf8')).toBe(commit);
  });

  it('tells licence and bytes', async () => {
    const told: DownloadProgress[] = [];
    const total = weights.length + config.length;
    await fetchFromHub('hf:owner/name@v1', { onDownload: (each) => told.push(each) }, settings);
    expect(told[0]).toEqual({ repository: 'owner/name', commit, licence: 'apache-2.0', done: 0, total });
    expect(told.at(-1)?.done).toBe(total);
    server.state.licence = undefined;
    told.length = 0;
    await fetchFromHub('hf:owner/name', { onDownload: (each) => told.push(each) }, settings);
    expect(told).toEqual([{ repository: 'owner/name', commit, done: 0, total: 0 }]);
  });

  it('downloads nothing twice, and nothing at all for a commit that is there', async () => {
    await fetched();
    const before = downloads().length;
    await fetched();
    expect(downloads()).toHaveLength(before);
    server.state.requests.length = 0;
    await fetched({}, `hf:owner/name@${commit}`);
    expect(server.state.requests).toEqual([]);
  });

  it('works without a connection once the model is there', async () => {
    const model = await fetched();
    await server.close();
    expect(await fetched()).toEqual(model);
    expect(await fetched({ offline: true })).toEqual(model);
  });

  it('goes on where a connection broke, and where an earlier process ended', async () => {
    server.state.breaks = [100_000, 50_000];
    const blob = join(repository(), 'blobs', hashOf(weights, true));
    await mkdir(join(repository(), 'blobs'), { recursive: true });
    await writeFile(`${blob}.incomplete`, weights.subarray(0, 40_000));
    await fetched();
    expect(weights.equals(await readFile(blob))).toBe(true);
    const ranges = downloads()
      .filter((each) => each.includes('model.safetensors'))
      .map((each) => each.split('bytes=')[1])
      .filter((range) => range !== '0-0');
    expect(ranges[0]).toBe(`40000-${weights.length - 1}`);
    expect(ranges.every((range) => Number(range?.split('-')[0]) >= 40_000)).toBe(true);
    expect(await readdir(join(repository(), 'blobs'))).not.toContain(`${hashOf(weights, true)}.incomplete`);
  });

  it('begins anew where what was kept is something else', async () => {
    const blob = join(repository(), 'blobs', hashOf(weights, true));
    await mkdir(join(repository(), 'blobs'), { recursive: true });
    await writeFile(`${blob}.incomplete`, new Uint8Array(1000));
    await fetched();
    expect(weights.equals(await readFile(blob))).toBe(true);
  });

  it('keeps nothing whose hash is wrong', async () => {
    server.state.spoilt['model.safetensors'] = weights.map((byte) => byte ^ 1);
    await expect(fetched()).rejects.toThrow(
      `model.safetensors: expected bytes with the hash ${hashOf(weights, true)}, got others, though all of them. Try again; if it stays so, tell those who keep the model.`,
    );
    expect(await readdir(join(repository(), 'blobs'))).toEqual([hashOf(config, false)]);
  });

  it('lets two downloads of one repository follow each other', async () => {
    const [one, two] = await Promise.all([fetched(), fetched()]);
    expect(one).toEqual(two);
  });

  it('takes a named ONNX file with its data', async () => {
    server.state.files = {
      'config.json': config,
      'onnx/model_fp16.onnx': bytes(50, 2),
      'onnx/model_fp16.onnx_data': bytes(60, 2),
      'onnx/model.onnx': bytes(70, 2),
    };
    const { path, folder } = await fetched({}, 'hf:owner/name/onnx/model_fp16.onnx');
    expect(path).toBe(join(folder, 'onnx/model_fp16.onnx'));
    expect((await readdir(join(folder, 'onnx'))).toSorted()).toEqual([
      'model_fp16.onnx',
      'model_fp16.onnx_data',
    ]);
  });

  it('sends the token that it has', async () => {
    server.state.gated = true;
    server.state.tokens.add('secret');
    await fetched({ token: 'secret' });
    expect(downloads().length).toBeGreaterThan(0);
  });
});

const failures: readonly [string, () => void, Partial<HubSettings>, string, string?][] = [
  [
    'a gated model',
    () => {
      server.state.gated = true;
    },
    {},
    'hf:owner/name: expected a model that you may read, got a gated one (401). Accept its terms on URL/owner/name, then give a token of that account: set HF_TOKEN, or write it to the file that `hf auth login` makes.',
  ],
  [
    'a token that is not known',
    () => undefined,
    { token: 'old' },
    'hf:owner/name: expected a token that the hub knows, got one that it rejects (401). Renew it on URL/settings/tokens and set HF_TOKEN, or write it to the file that `hf auth login` makes, or take it away for public models.',
  ],
  [
    'a private model, or none',
    () => {
      server.state.isPrivate = true;
    },
    {},
    'hf:owner/name: expected a model of this name, got none that you may see (401). Check the name; for a private model give a token: set HF_TOKEN, or write it to the file that `hf auth login` makes.',
  ],
  [
    'a revision that is missing',
    () => undefined,
    {},
    "hf:owner/name@v9: expected a branch, a tag or a commit 'v9', got none of that name. Choose one of those on URL/owner/name/tree/main, or leave it out for main.",
    'hf:owner/name@v9',
  ],
  [
    'weights only as pickle',
    () => {
      server.state.files = { 'config.json': config, 'pytorch_model.bin': bytes(9, 5) };
    },
    {},
    "hf:owner/name: expected weights as safetensors, or an ONNX file, got only 'pytorch_model.bin', a pickle, which runs whatever is in it when it is read. Take a revision that has safetensors, if hf:owner/name@refs/pr/1 or another proposal does, or save the weights as safetensors with the framework they come from, if you trust them.",
  ],
  [
    'several ONNX files',
    () => {
      server.state.files = { 'a.onnx': bytes(9, 5), 'b.onnx': bytes(9, 5) };
    },
    {},
    'hf:owner/name: expected one ONNX file, got 2 of them (a.onnx, b.onnx). Name one, as hf:owner/name/a.onnx.',
  ],
  [
    'too many requests',
    () => {
      server.state.status = 429;
    },
    {},
    'hf:owner/name: expected an answer of URL, got too many requests of yours (429). Wait some minutes, or give a token, which is allowed more.',
  ],
  [
    'a listing that would leave the cache',
    () => {
      server.state.files = { '../../config.json': config };
    },
    {},
    `hf:owner/name: expected files below the repository, with their hashes, got '../../config.json' (${hashOf(config, false)}). Download the model by other means, and give its folder.`,
  ],
  [
    'another form of name',
    () => undefined,
    {},
    'hf:owner: expected hf:owner/name, with /file.onnx for one ONNX file of it and @revision for a branch, a tag or a commit, got something else. Give for example hf:timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k.',
    'hf:owner',
  ],
];

it.each(failures)('says what to do: %s', async (_, happen, changes, message, text) => {
  happen();
  await expect(fetched(changes, text)).rejects.toThrow(message.replaceAll('URL', server.url));
});

it('says how much room a download needs', async () => {
  server.state.sizes['model.safetensors'] = 1e18;
  await expect(fetched()).rejects.toThrow(
    /models--owner--name: expected 1000000000\.0 GB of room on the disk, got [\d.]+ GB\. Make room, or choose a cache on another disk with HF_HOME\.$/,
  );
});

it('says that there is no connection, and nothing in the cache', async () => {
  await server.close();
  await expect(fetched()).rejects.toThrow(
    /^hf:owner\/name: expected an answer of http:\S+, got .*ECONNREFUSED.*\. Connect to the network, or give a folder that the model was downloaded to\.$/,
  );
  await expect(fetched({ offline: true })).rejects.toThrow(
    `hf:owner/name: expected the model in the cache (${repository()}), since HF_HUB_OFFLINE is set, got not all of it. Take HF_HUB_OFFLINE away once, or give a folder that the model was downloaded to.`,
  );
});
