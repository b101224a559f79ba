import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../src/hub/hub-server.fixture.ts';
import { runCli, scratchFolder } from './run-cli.fixture.ts';

let server: HubServer;
let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  server = await startHubServer();
  ({ folder, remove } = await scratchFolder());
  const vit = join(folder, 'vit');
  server.state.files = Object.fromEntries(
    readdirSync(vit).map((name) => [name, readFileSync(join(vit, name))]),
  );
  server.state.large.add('model.safetensors');
});
afterAll(async () => {
  await server.close();
  await remove();
});
beforeEach(() => {
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
  vi.stubEnv('HF_HUB_CACHE', undefined);
  vi.stubEnv('HF_TOKEN', undefined);
});
afterEach(() => vi.unstubAllEnvs());

it('converts a model of the hub by its name, and says its licence', async () => {
  const { code, stderr, stdout } = await runCli(folder, ['convert', 'hf:owner/name', '--calibrate', 'x.npy']);
  expect(stderr).toContain('owner/name@0123456: licence apache-2.0\ndownloading owner/name: 1/1 MB\n');
  expect(code).toBe(0);
  expect(stdout).toContain('✓ name.snn.onnx: 16 spike sites');
  const { stdout: inspected } = await runCli(folder, ['inspect', 'name.snn.onnx']);
  expect(inspected).toContain('16');
});

it('says in one line what a gated model needs', async () => {
  vi.stubEnv('HF_HOME', join(folder, 'other'));
  server.state.gated = true;
  const { code, stderr } = await runCli(folder, ['inspect', 'hf:owner/name']);
  expect([code, stderr]).toEqual([
    1,
    `owner/name@0123456: licence apache-2.0\nerror: hf:owner/name: expected a model that you may read, got a gated one (401). Accept its terms on ${server.url}/owner/name, then give a token of that account: set HF_TOKEN, or write it to the file that \`hf auth login\` makes.\n`,
  ]);
});
