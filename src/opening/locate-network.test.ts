import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { saveCheckpoint, tinyConfig, tinyWeights } from '../checkpoints/tiny-vit.fixture.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { type HubServer, startHubServer } from '../hub/hub-server.fixture.ts';
import { openNetwork } from './open-network.ts';

let server: HubServer;
let folder: string;
beforeAll(async () => {
  server = await startHubServer();
  folder = await mkdtemp(join(tmpdir(), 'located-'));
  const preprocess = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] };
  await saveCheckpoint(folder, tinyWeights(), { ...tinyConfig, preprocess });
  server.state.files = Object.fromEntries(
    await Promise.all(
      (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name))] as const),
    ),
  );
  server.state.large.add('model.safetensors');
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
afterEach(() => vi.unstubAllEnvs());

function withHub(home: string): void {
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('HF_HOME', join(folder, home));
  vi.stubEnv('HF_HUB_CACHE', '');
  vi.stubEnv('HF_TOKEN', '');
}

it('opens a checkpoint of the hub as the folder with its files is opened', async () => {
  withHub('a');
  const onDownload = vi.fn();
  const [expected, got] = [await openNetwork(folder), await openNetwork('hf:owner/name', { onDownload })];
  expect(got).toMatchObject({ name: 'name', origin: expected.origin, preprocess: expected.preprocess });
  expect(got.model.graph.nodes.length).toBe(expected.model.graph.nodes.length);
  expect(onDownload.mock.calls.at(-1)?.[0]).toMatchObject({ licence: 'apache-2.0' });
});

it('opens one ONNX file of the hub, with its weights and what lies at the top of the repository', async () => {
  withHub('b');
  const { model } = await openNetwork(folder);
  const { refersTo } = await writeOnnx(model, join(folder, 'net.onnx'), {});
  expect(refersTo).toEqual(['model.safetensors']);
  await writeOnnx(model, join(folder, 'whole.onnx'), { bundle: true });
  server.state.files['onnx/whole.onnx'] = await readFile(join(folder, 'whole.onnx'));
  const network = await openNetwork('hf:owner/name/onnx/whole.onnx@v1');
  expect(network).toMatchObject({ name: 'name', origin: 'onnx', inputShape: [3, 8, 12] });
  expect(network.preprocess?.assumed).toBe(false);
});

it('says of a path with nothing there that it should be checked', async () => {
  await expect(openNetwork(join(folder, 'nowhere'))).rejects.toThrow(
    'nowhere: expected an .onnx or .nir file, or a folder with config.json and model.safetensors, got nothing there. Check the path.',
  );
});
