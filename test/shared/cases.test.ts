import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logitsOf } from '../../src/analysis/logits-of.ts';
import { messageOf } from '../../src/errors.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { npyToFloat32 } from '../../src/formats/npy.ts';
import type { Network } from '../../src/opening/open-network.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { hasShared, shared } from './shared-folder.ts';

/** As it is built: evaluation starts threads, which run JavaScript. */
const { convertNetwork, diagnoseNetwork, evaluateNetwork, inspectNetwork, openNetwork, runNetwork } =
  (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof import('../../src/index.ts');

interface Case {
  readonly file: string;
  readonly data: string;
  /** Default ecmt. */
  readonly method?: string;
  readonly labels?: string;
  readonly synapses?: 'int8';
  /** The task that the output's shape tells; default: classes. */
  readonly task?: string;
  /** Bound of |spiking − source| / largest |source| at T = 16; default 0.1. */
  readonly error?: number;
}

/** Networks that convert, on the inputs that go with them. */
const converted: readonly Case[] = [
  { file: 'files/fullyconv', data: 'x_3x16x16', labels: 'labels_fullyconv' },
  { file: 'files/tenc', data: 'x_10x12', error: 0.02 },
  { file: 'files/int8_saturates', data: 'x_16', synapses: 'int8' },
  { file: 'files/shape_chain20', data: 'x_8', method: 'rate', error: 0.5 },
  { file: 'files/out_rank1', data: 'x_8', task: 'regression' },
  { file: 'files/argmax_out', data: 'x_3x16x16', task: 'decision', error: 0 },
  { file: 'files/fp16_inside', data: 'x_3x16x16' },
  { file: 'files/bn_after_relu_flatten', data: 'x_1x8x8', method: 'rate', error: 0.5 },
  { file: 'files/bnlinear', data: 'x_12', method: 'rate', error: 0.5 },
  ...['opi', 'cos', 'ecc'].map((method) => ({
    file: 'files/relu6_bn',
    data: 'x_3x16x16',
    method,
    error: 0.5,
  })),
  { file: 'files/mlp_o9', data: 'x_8' },
  { file: 'files/mlp_o24', data: 'x_8' },
  { file: 'files/double_input', data: 'x_8' },
  { file: 'files/fp16_io', data: 'x_3x16x16' },
  { file: 'files/attention23', data: 'x_6x16' },
  { file: 'files/ms_attention', data: 'x_6x16' },
  { file: 'files/ms_fusedgemm', data: 'x_8' },
  { file: 'files/nbits_mid', data: 'x_16' },
  { file: 'files/function', data: 'x_8' },
  { file: 'files/if_synaptic_const', data: 'x_8' },
  { file: 'files/leaky', data: 'x_3x16x16' },
  { file: 'files/two-layer-mlp-real', data: 'x_100', method: 'rate', task: 'regression', error: 0.5 },
  { file: 'files/qdq_static', data: 'x_3x16x16' },
  { file: 'files/out_dict_seq', data: 'x_8' },
  { file: 'threads/c02-where-activation', data: 'x16', method: 'rate', error: 0.5 },
  { file: 'threads/c02c-x-times-positive', data: 'x16', method: 'rate', error: 0.5 },
  { file: 'threads/c02d-where-relu', data: 'x16', method: 'rate', error: 0.5 },
  { file: 'threads/c05-regression', data: 'x16', task: 'regression' },
  { file: 'threads/c06c-dense-output', data: 'img', task: 'dense' },
  { file: 'threads/c08-identity-softmax', data: 'x16', method: 'rate', error: 0.5 },
  { file: 'threads/c11-qdq', data: 'x16', method: 'rate', error: 0.5 },
  { file: 'threads/c12b-opset24', data: 'x16' },
  { file: 'threads/c12b-opset25', data: 'x16' },
  { file: 'threads/c13b-float16', data: 'x16' },
  { file: 'threads/c13-float16-io', data: 'x16', method: 'rate', error: 0.5 },
  { file: 'threads/c16b-outlier', data: 'x16', error: 0.2 },
  { file: 'threads/c17-attention23', data: 'seq' },
];

/** Networks that are refused, and the words that say why. */
const refused: readonly (Omit<Case, 'error'> & { readonly words: readonly string[] })[] = [
  { file: 'files/crossbatch', data: 'x_8', words: ['treats every image of a batch by itself'] },
  { file: 'files/no_batch_axis', data: 'x_8', words: ['inputs with an axis for the batch', 'x [8]'] },
  {
    file: 'files/nms',
    data: 'x_3x16x16',
    words: ["how long output 'sel' is depends on the image", 'bx3, sc2'],
  },
  { file: 'files/ort_nchwc', data: 'x_3x16x16', words: ['Give the network as it was before'] },
  {
    file: 'files/leaky',
    data: 'x_3x16x16',
    method: 'rate',
    words: ['no activations that neurons could stand for', 'Use a method that finds something in it: ecmt'],
  },
  {
    file: 'files/two-layer-mlp-real',
    data: 'x_100',
    words: ['2 of them first or head', 'activations: relu', 'Use a method that finds something in it: rate'],
  },
  {
    file: 'threads/c08-identity-softmax',
    data: 'x16',
    words: ['2 of them first or head', 'Use a method that finds something in it: rate'],
  },
  { file: 'threads/c15-gru', data: 'seq', words: ['Convert the feed-forward part'] },
];

const there = hasShared('cases');
const nameOf = ({ file, method = 'ecmt' }: Pick<Case, 'file' | 'method'>) => `${file} by ${method}`;
const dataOf = ({ file, data }: Pick<Case, 'file' | 'data'>) =>
  shared('cases', file, '..', data.endsWith('.npy') ? data : `${data}.npy`);

describe.skipIf(!there)('networks that people have', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cases-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(converted.map((each) => [nameOf(each), each] as const))(
    '%s: convert, run and are measured',
    async (name, each) => {
      const { file, method = 'ecmt', synapses, labels, task, error = 0.1 } = each;
      const source = await openNetwork(shared('cases', `${file}.onnx`));
      expect((await inspectNetwork(source, { method })).obstacles).toEqual([]);
      const { network } = await convertNetwork(source, { calibration: dataOf(each), method, steps: 16 });
      const end = await evaluateNetwork(network, {
        data: dataOf(each),
        folder: join(folder, name.replace(/\W/g, '-')),
        workers: 1,
        synapses,
        ...(labels && { labels: dataOf({ file, data: labels }) }),
      });
      if (!end.finished) throw new Error('stopped');
      const { result } = end;
      const last = result.steps.at(-1)!;
      expect(result.task?.name).toBe(task);
      if (labels) expect([last.top1, last.agreement]).toEqual([1, 1]);
      expect(await outputError(source, network, each)).toBeLessThanOrEqual(error);
    },
  );

  it.each(refused.map((each) => [nameOf(each), each] as const))(
    '%s: are refused in our own words',
    async (_, each) => {
      const source = await openNetwork(shared('cases', `${each.file}.onnx`));
      const { method = 'ecmt' } = each;
      const { obstacles } = await inspectNetwork(source, { method });
      expect(obstacles).toHaveLength(1);
      const settings = { calibration: dataOf(each), method };
      const told = await convertNetwork(source, settings).then(() => '', messageOf);
      for (const message of [obstacles[0]!, told]) {
        for (const words of each.words) expect(message).toContain(words);
        expect(message).not.toContain('Non-zero status code');
      }
    },
  );

  it('a channel far larger than the others is diagnosed, and what is advised helps', async () => {
    const of = { file: 'threads/c16b-outlier', data: 'x16' };
    const source = await openNetwork(shared('cases', `${of.file}.onnx`));
    const errors: number[] = [];
    for (const steps of [16, 32]) {
      const { network } = await convertNetwork(source, { calibration: dataOf(of), steps });
      errors.push(await outputError(source, network, of));
      const { findings } = await diagnoseNetwork(network, { data: dataOf(of) });
      expect(findings.find(({ kind }) => kind === 'outliers')?.text).toContain(
        `is 187 times as large as the median channel. One threshold has to serve both. What may help: more steps (T = ${2 * steps})`,
      );
    }
    expect(errors[1]).toBeLessThan(errors[0]!);
  });

  it('networks quantised by others are named so', async () => {
    await expect(openNetwork(shared('cases', 'files', 'qonnx-real.onnx'))).rejects.toThrow(
      'expected standard operators, got a network quantised by Brevitas or QONNX',
    );
  });
});

/** Largest difference of the last step's numbers, relative to the largest number. */
async function outputError(
  source: Network,
  network: Network,
  of: Pick<Case, 'file' | 'data'>,
): Promise<number> {
  const { shape, ...array } = await readNpy(dataOf(of));
  const session = await OrtSession.create(source.model);
  const outputs = await session
    .run({ shape, data: npyToFloat32({ shape, ...array }) })
    .finally(() => session.release());
  const expected = outputs.get(logitsOf(source.model).name)!.data;
  const { logits } = await runNetwork(network, { input: dataOf(of) });
  const last = logits.data.subarray(-expected.length);
  const largest = Math.max(Number.MIN_VALUE, ...Array.from(expected, Math.abs));
  return Math.max(...Array.from(last, (value, i) => Math.abs(value - expected[i]!))) / largest;
}
