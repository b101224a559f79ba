import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './cli/run-cli.fixture.ts';

const script = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const library = `
  import { convertNetwork, evaluateNetwork, openNetwork } from '${new URL('../dist/index.js', import.meta.url).href}';
  const { network } = await convertNetwork(await openNetwork('vit'), { calibration: 'x.npy' });
  await evaluateNetwork(network, { data: 'x.npy', folder: 'library', workers: 2 });
`;
const watched = spawnSync('strace', ['-V']).status === 0;

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  await mkdir(join(folder, 'home'));
  await writeFile(join(folder, 'library.mjs'), library);
});
afterAll(() => remove());

/** Runs a program of Node in a home of its own, with all settings about telemetry left out; returns what it asked of the network. */
function connections(args: readonly string[]): string[] {
  const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: __, ...env } = process.env;
  const log = join(folder, 'strace.log');
  const trace = watched ? ['strace', '-f', '-qq', '-e', 'trace=connect,sendto,sendmsg', '-o', log] : [];
  const [program = '', ...rest] = [...trace, process.execPath, ...args];
  const { status, stderr } = spawnSync(program, rest, {
    cwd: folder,
    env: { ...env, HOME: join(folder, 'home') },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  if (!watched || !existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /AF_INET|nscd|resolve/.test(line));
}

describe('what a program does beyond its work', () => {
  const evaluate = [
    'evaluate',
    'vit',
    '--calibrate',
    'x.npy',
    '--data',
    'images',
    '-T',
    '2',
    '--workers',
    '2',
  ];
  it.each([
    ['the command line', [script, ...evaluate]],
    ['the library', ['library.mjs']],
  ])('is nothing: %s looks up no host, connects to none and leaves no file at home', (_, args) => {
    expect(connections(args)).toEqual([]);
    expect(readdirSync(join(folder, 'home'), { recursive: true })).toEqual([]);
  });
});
