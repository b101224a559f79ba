// How long a network of many blocks takes until it runs: a Vision Transformer of width 192 with generated weights is opened, converted with
// imported thresholds (its check of parity included) and loaded into the fast engine, all in one process.
//   npm run bench:deep -- [--depths 25,50,100]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { convertNetwork, engines, openNetwork, planRun } from '#internals';
import { linear, norm, patchTokens, referenceThresholds } from './transformer-tensors.ts';
import { type RandomTensor, writeCheckpoint } from './write-checkpoint.ts';

const { values: options } = parseArgs({ options: { depths: { type: 'string', default: '25,50,100' } } });
const [dim, hidden, patch, tokens, classes] = [192, 768, 16, 197, 1000];
/** Seconds that the last depth may take. */
const bar = 10;

/** Name, shape and scale of every tensor, as timm names them. */
function* tensors(depth: number): Generator<RandomTensor> {
  yield* patchTokens(dim, patch, tokens);
  for (let i = 0; i < depth; i++) {
    yield* norm(`blocks.${i}.norm1`, dim);
    yield* linear(`blocks.${i}.attn.qkv`, 3 * dim, dim);
    yield* linear(`blocks.${i}.attn.proj`, dim, dim);
    yield* norm(`blocks.${i}.norm2`, dim);
    yield* linear(`blocks.${i}.mlp.fc1`, hidden, dim);
    yield* linear(`blocks.${i}.mlp.fc2`, dim, hidden);
  }
  yield* norm('norm', dim);
  yield* linear('head', classes, dim);
}

async function measure(depth: number, folder: string): Promise<number> {
  const config = {
    architecture: 'vit_tiny_patch16_224',
    num_classes: classes,
    num_features: dim,
    model_args: { depth },
    pretrained_cfg: { input_size: [3, 224, 224], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  };
  const path = join(folder, String(depth));
  await writeCheckpoint(path, config, () => tensors(depth));
  const list = `${path}.json`;
  writeFileSync(list, JSON.stringify(referenceThresholds(depth)));
  const marks = [performance.now()];
  const source = await openNetwork(path);
  marks.push(performance.now());
  const { network } = await convertNetwork(source, { preset: 'reference', thresholds: list, steps: 4 });
  marks.push(performance.now());
  const engine = await engines.fast(planRun(network.model), {});
  marks.push(performance.now());
  await engine.close();
  const seconds = marks.slice(1).map((mark, i) => (mark - marks[i]!) / 1000);
  const all = seconds.reduce((a, b) => a + b);
  console.log(
    [depth, ...seconds, all].map((each) => each.toFixed(depth === each ? 0 : 2).padStart(8)).join(''),
  );
  return all;
}

const folder = mkdtempSync(join(tmpdir(), 'transpike-deep-'));
try {
  console.log(['blocks', 'open', 'convert', 'load', 'seconds'].map((each) => each.padStart(8)).join(''));
  let last = 0;
  for (const depth of options.depths.split(',').map(Number)) last = await measure(depth, folder);
  console.log(`${last <= bar ? 'holds' : 'missed'}: at most ${bar} s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
