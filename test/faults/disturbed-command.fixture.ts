import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a command ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly seconds: number;
}

/** A long command, where it leaves its work, and what of that may not depend on how it came about. */
export interface LongCommand {
  readonly name: string;
  /** @param place name of its folder and output; @param data folder of pictures instead of arrays */
  args(place: string, data?: string): string[];
  /** What it came to, as text. */
  outcome(folder: string, place: string): Promise<string>;
  /** What it goes on from; absent where it starts anew. */
  readonly journal?: string;
}

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

/** JSON without times, its fields in one order: a journal that was read back has them in another. */
const timeless = (value: unknown): string => JSON.stringify(inOrder(value));

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([key]) => key !== 'seconds' && key !== 'phases');
  return Object.fromEntries(
    fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, inOrder(each)]),
  );
}

const bytes = async (path: string): Promise<string> => (await readFile(path)).toString('base64');

const model = (place: string) => `${place}/out.snn.onnx`;

export const longCommands: readonly LongCommand[] = [
  {
    name: 'convert',
    args: (place, data = 'many.npy') => [
      'convert',
      'vit',
      '--calibrate',
      data,
      '-T',
      '2',
      '-o',
      model(place),
    ],
    outcome: (folder, place) => bytes(join(folder, model(place))),
  },
  {
    name: 'evaluate',
    args: (place, data = 'many.npy') => [
      'evaluate',
      'vit.snn.onnx',
      '--data',
      data,
      '--run',
      place,
      '--workers',
      '1',
    ],
    outcome: async (folder, place) => timeless(await json(join(folder, place, 'result.json'))),
    journal: 'batches.jsonl',
  },
  {
    name: 'tune',
    args: (place, data = 'x.npy') => [
      ...['tune', 'vit', '--calibrate', data, '--batch', '4', '--energy', '0.3', '-T', '1'],
      ...['--run', place, '-o', model(place)],
    ],
    outcome: async (folder, place) =>
      timeless(await json(join(folder, place, 'frontier.json'))) + (await bytes(join(folder, model(place)))),
    journal: 'tuning.jsonl',
  },
  {
    name: 'compare',
    args: (place, data = 'many.npy') => [
      ...['compare', 'vit', '--methods', 'ecmt,differential', '--calibrate', data, '--data', data, '-T', '2'],
      ...['--run', place, '--workers', '1', '--no-quantised'],
    ],
    outcome: async (folder, place) => timeless(await json(join(folder, place, 'result.json'))),
    journal: 'ecmt/batches.jsonl',
  },
  {
    name: 'train',
    args: (place, data) => ['train', `${data ?? 'recipe'}.json`, '-o', place],
    outcome: async (folder, place) => bytes(join(folder, place, 'model.safetensors')),
    journal: 'checkpoint.safetensors',
  },
];

const recipeOn = (data: { readonly train: string; readonly test: string; readonly channels: number }) => ({
  name: 'tiny',
  seed: 5,
  network: { kind: 'vit', embedDim: 12, depth: 1, heads: 2, patchSize: 8 },
  data: { ...data, mean: new Array(data.channels).fill(0.3), std: new Array(data.channels).fill(0.2) },
  loss: { kind: 'cross-entropy' },
  optimiser: { kind: 'sgd' },
  schedule: { kind: 'constant', learningRate: 0.01 },
  epochs: 2,
  batchSize: 4,
  checkpointSteps: 2,
});

/** What `train` learns from, by file name. */
export const recipes = {
  'recipe.json': recipeOn({ train: 'glyphs:train?size=80', test: 'glyphs:test?size=20', channels: 1 }),
  'images.json': recipeOn({ train: 'images', test: 'images', channels: 3 }),
  'odd.json': recipeOn({ train: 'odd', test: 'images', channels: 3 }),
} as const;

/** Starts a command. @param before shell text that runs in its process first, such as a limit */
export function start(
  cwd: string,
  args: readonly string[],
  before = '',
): { child: ChildProcess; end: Promise<End> } {
  const began = performance.now();
  const env = { ...process.env, NO_COLOR: '1' };
  const child = before
    ? spawn('sh', ['-c', `${before}; exec "$@"`, 'sh', process.execPath, script, ...args], { cwd, env })
    : spawn(process.execPath, [script, ...args], { cwd, env });
  const end = new Promise<End>((resolve, reject) => {
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout?.resume();
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stderr, seconds: (performance.now() - began) / 1000 }),
    );
  });
  return { child, end };
}

/** Whether a command ended without a stack, or a word about faults of the program. */
export function isClean({ stderr }: End): boolean {
  return !/fault of Transpike|unexpected error|^\s+at /m.test(stderr);
}
