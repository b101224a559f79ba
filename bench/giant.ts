// What a network of 4 GB costs in memory and time: EVA-giant by its own names, with generated weights, is
// written to a temporary folder, inspected, converted with imported thresholds, and run on one image at T = 2.
//   npm run bench:giant -- [--folder DIR] [--depth 40]
// Every command is a process of its own. Its peaks: `heap`, what JavaScript holds (objects and array buffers);
// `own`, all memory of the process beside mapped files, the runtime's weights included; `rss`, mapped files too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeNpy } from '#internals';
import { measureCommand, measuredHead } from './measure-command.ts';
import { randomNumbers } from './networks.ts';
import { linear, norm, patchTokens, referenceThresholds } from './transformer-tensors.ts';
import { type RandomTensor, writeCheckpoint } from './write-checkpoint.ts';

const { values: options } = parseArgs({
  options: { folder: { type: 'string', default: tmpdir() }, depth: { type: 'string', default: '40' } },
});
const depth = Number(options.depth);
const [dim, hidden, patch, tokens, classes] = [1408, 6144, 14, 257, 1000];

/** Name, shape and scale of every tensor, in the order of the file. */
function* tensors(): Generator<RandomTensor> {
  yield* patchTokens(dim, patch, tokens);
  for (let i = 0; i < depth; i++) {
    yield* norm(`blocks.${i}.norm1`, dim);
    yield [`blocks.${i}.attn.qkv.weight`, [3 * dim, dim], Math.sqrt(3 / dim)];
    yield [`blocks.${i}.attn.q_bias`, [dim], 0.1];
    yield [`blocks.${i}.attn.v_bias`, [dim], 0.1];
    yield* linear(`blocks.${i}.attn.proj`, dim, dim);
    yield* norm(`blocks.${i}.norm2`, dim);
    yield* linear(`blocks.${i}.mlp.fc1`, hidden, dim);
    yield* linear(`blocks.${i}.mlp.fc2`, dim, hidden);
  }
  yield* norm('fc_norm', dim);
  yield* linear('head', classes, dim);
}

const config = {
  architecture: 'eva_giant_patch14_224',
  num_classes: classes,
  num_features: dim,
  global_pool: 'avg',
  model_args: { depth },
  pretrained_cfg: { input_size: [3, 224, 224], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

const folder = mkdtempSync(join(options.folder, 'transpike-giant-'));
try {
  console.log(`free memory: ${(freemem() / 2 ** 30).toFixed(1)} GB`);
  const bytes = await writeCheckpoint(join(folder, 'giant'), config, tensors);
  console.log(`weights: ${(bytes / 1e9).toFixed(2)} GB`);
  const shape = [1, 3, 224, 224];
  const image = join(folder, 'image.npy');
  await writeNpy(image, { shape, dataType: 'float32', data: randomNumbers(3 * 224 * 224, 2, 7) });
  const list = join(folder, 'thresholds.json');
  writeFileSync(list, JSON.stringify(referenceThresholds(depth)));
  const spiking = join(folder, 'giant.snn.onnx');
  console.log(measuredHead);
  const measure = (title: string, args: readonly string[]) => measureCommand(title, args, folder);
  const giant = join(folder, 'giant');
  await measure('inspect', ['inspect', giant, '--json']);
  await measure('convert', [
    'convert',
    giant,
    '--preset',
    'reference',
    '--thresholds',
    list,
    '-T',
    '2',
    '-o',
    spiking,
  ]);
  await measure('inspect, converted', ['inspect', spiking, '--json']);
  await measure('run, T = 2', [
    'run',
    spiking,
    '--input',
    image,
    '-T',
    '2',
    '-o',
    join(folder, 'logits.npy'),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
