import { describe, expect, it } from 'vitest';
import type { DataType } from '../graph/data-type.ts';
import { Tensor } from '../graph/tensor.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { gelu, type ReferenceSettings, referenceLogits } from './reference-vit.fixture.ts';
import {
  runNetwork,
  type TinyVariant,
  tiny,
  tinyConfig,
  tinyHuggingFaceConfig,
  tinyImages,
  tinyWeights,
  toHuggingFace,
  writeCheckpoint,
} from './tiny-vit.fixture.ts';

const batch = 3;
const images = tinyImages(batch);

/** Logits of the reference for all images. */
function expected(tensors: ReadonlyMap<string, Tensor>, settings?: ReferenceSettings): number[] {
  const size = images.length / batch;
  return Array.from({ length: batch }, (_, i) =>
    referenceLogits(tensors, images.subarray(i * size, (i + 1) * size), settings),
  ).flat();
}

async function logitsOf(tensors: ReadonlyMap<string, Tensor>, config?: unknown): Promise<Float32Array> {
  const { model } = await openCheckpoint(await writeCheckpoint(tensors, config));
  return runNetwork(model, images, batch);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

const tanhGelu = (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

interface Case {
  name: string;
  variant?: TinyVariant;
  config?: Record<string, unknown>;
  settings?: ReferenceSettings;
}

const cases: Case[] = [
  { name: 'a plain ViT' },
  { name: 'a distilled DeiT', variant: { distilled: true } },
  {
    name: 'averaging with fc_norm',
    variant: { fcNorm: true },
    config: { global_pool: 'avg' },
    settings: { pooling: 'avg' },
  },
  { name: 'the class token with fc_norm', variant: { fcNorm: true }, config: { global_pool: 'token' } },
  {
    name: 'no class token',
    variant: { classToken: false, fcNorm: true },
    config: { class_token: false },
    settings: { pooling: 'avg' },
  },
  { name: 'registers', variant: { registers: 2 } },
  {
    name: 'registers and positions for patches only',
    variant: { registers: 2, noEmbedClass: true },
    settings: { coverPrefix: false },
  },
  { name: 'a norm before the blocks', variant: { normPre: true } },
  { name: 'LayerScale', variant: { layerScale: true } },
  { name: 'norms of queries and keys', variant: { headNorms: true } },
  { name: 'no bias of query, key and value', variant: { qkvBias: false } },
  { name: 'ReLU', config: { act: 'relu' }, settings: { activation: (x) => Math.max(x, 0) } },
  {
    name: 'quick GELU',
    config: { act: 'quick_gelu' },
    settings: { activation: (x) => x / (1 + Math.exp(-1.702 * x)) },
  },
  { name: 'tanh GELU', config: { act: 'gelu_tanh' }, settings: { activation: tanhGelu } },
  { name: 'erf GELU by its long name', config: { act: 'gelu(erf)' }, settings: { activation: gelu } },
];

describe('a Vision Transformer built from a checkpoint', () => {
  it.each(cases)('computes what the plain loops compute: $name', async ({ variant, config, settings }) => {
    const tensors = tinyWeights(variant);
    const logits = await logitsOf(tensors, { ...tinyConfig, ...config });
    expect(largestDifference(logits, expected(tensors, settings))).toBeLessThan(2e-5);
  });

  it.each([{ distilled: false }, { distilled: true }])(
    'gives the same logits under the names of Hugging Face: $distilled',
    async (variant) => {
      const tensors = tinyWeights(variant);
      const logits = await logitsOf(toHuggingFace(tensors), tinyHuggingFaceConfig);
      expect(largestDifference(logits, expected(tensors))).toBeLessThan(2e-5);
      expect(largestDifference(logits, await logitsOf(tensors))).toBeLessThan(2e-6);
    },
  );

  it('reads only the class token of a DeiT that was saved with one classifier', async () => {
    const names = toHuggingFace(tinyWeights({ distilled: true }));
    const plain = new Map([...names].map(([name, tensor]) => [name.replace(/^cls_/, ''), tensor]));
    for (const kind of ['weight', 'bias']) plain.delete(`distillation_classifier.${kind}`);
    const timm = tinyWeights({ distilled: true });
    for (const kind of ['weight', 'bias']) timm.delete(`head_dist.${kind}`);
    const logits = await logitsOf(plain, tinyHuggingFaceConfig);
    expect(largestDifference(logits, expected(timm))).toBeLessThan(2e-5);
  });

  it.each(['float16', 'bfloat16', 'float64'] as const)(
    'computes in float32 with weights in %s',
    async (type) => {
      const converted = new Map([...tinyWeights()].map(([name, tensor]) => [name, convert(tensor, type)]));
      const folder = await writeCheckpoint(converted);
      const { model } = await openCheckpoint(folder);
      expect([...model.graph.initializers.values()].filter(({ dataType }) => dataType === type)).toHaveLength(
        converted.size,
      );
      const logits = await runNetwork(model, images, batch);
      expect(largestDifference(logits, expected(converted))).toBeLessThan(2e-5);
    },
  );

  it('takes batches of any size', async () => {
    const tensors = tinyWeights();
    const { model } = await openCheckpoint(await writeCheckpoint(tensors));
    const all = await runNetwork(model, images, batch);
    const one = await runNetwork(model, images.subarray(0, images.length / batch), 1);
    expect(largestDifference(one, all.subarray(0, tiny.classes))).toBeLessThan(1e-6);
  });
});

/** The tensor in another element type; halves are rounded towards zero. */
function convert(tensor: Tensor, dataType: DataType): Tensor {
  const numbers = tensor.toFloat32();
  if (dataType === 'float64') return Tensor.float64(tensor.shape, numbers);
  const bits = new Uint32Array(numbers.slice().buffer);
  const halves = Uint16Array.from(bits, (word) => (dataType === 'bfloat16' ? word >>> 16 : toFloat16(word)));
  return new Tensor(dataType, tensor.shape, { kind: 'memory', bytes: new Uint8Array(halves.buffer) });
}

/** Upper bits of a float32 as float16; what is too small for a normal half becomes zero. */
function toFloat16(word: number): number {
  const exponent = ((word >>> 23) & 0xff) - 127 + 15;
  const sign = (word >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((word >>> 13) & 0x3ff);
}
