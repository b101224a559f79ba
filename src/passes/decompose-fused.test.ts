import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type AttributeInputs, float } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { expectSameNumbers, networkOf, operatorsOf, weight } from './compare-in-runtime.fixture.ts';
import { decomposeFused } from './decompose-fused.ts';

const contrib = { domain: 'com.microsoft' };

/** int32, bool… constants; numbers of a byte or four each. */
function integers(
  build: GraphBuilder,
  type: 'int32' | 'bool',
  shape: readonly number[],
  values: readonly number[],
) {
  const bytes = type === 'bool' ? Uint8Array.from(values) : new Uint8Array(Int32Array.from(values).buffer);
  return build.constant(type, new Tensor(type, shape, { kind: 'memory', bytes }));
}

const floats = (...value: number[]) => ({ kind: 'floats', value }) as const;

interface Case {
  readonly what: string;
  readonly opType: string;
  readonly attributes?: AttributeInputs;
  /** Shapes of the network's inputs; empty ones are omitted. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** The inputs of the operator; default: those of the network. */
  readonly reads?: (build: GraphBuilder) => readonly string[];
  readonly outputs?: number;
  readonly standard?: boolean;
  readonly opset?: number;
}

function networkWith({ opType, attributes = {}, inputs, reads, outputs = 1, standard, opset }: Case) {
  return networkOf(
    inputs,
    (build) => {
      const read = reads?.(build) ?? Object.keys(inputs);
      return build.ops(opType, read, outputs, attributes, standard ? {} : contrib).filter(Boolean);
    },
    opset ?? (standard ? 23 : 17),
  );
}

const tokens = { x: [2, 5, 8] };
const qkv = { q: [2, 5, 8], k: [2, 6, 8], v: [2, 6, 8] };
const grouped = { q: [2, 5, 16], k: [2, 5, 8], v: [2, 5, 8] };
const two = { num_heads: 2 };
const padded = [1, 1, 1, 1, 0, 1, 1, 0, 0, 0];
const packed = (build: GraphBuilder) => ['x', weight(build, 'w', [8, 24]), weight(build, 'b', [24])];

const cases: readonly Case[] = [
  // Attention of ONNX Runtime.
  { what: 'as it is', opType: 'Attention', attributes: two, inputs: tokens, reads: packed },
  {
    what: 'causal, with a scale',
    opType: 'Attention',
    attributes: { ...two, unidirectional: 1, scale: float(0.3) },
    inputs: tokens,
    reads: packed,
  },
  {
    what: 'with a mask of keys',
    opType: 'Attention',
    attributes: two,
    inputs: tokens,
    reads: (build) => [...packed(build), integers(build, 'int32', [2, 5], padded)],
  },
  {
    what: 'with a mask of queries and keys, causal',
    opType: 'Attention',
    attributes: { ...two, unidirectional: 1 },
    inputs: tokens,
    reads: (build) => [
      ...packed(build),
      integers(
        build,
        'int32',
        [2, 5, 5],
        Array.from({ length: 50 }, (_, i) => (i % 5 === 0 || i % 3 > 0 ? 1 : 0)),
      ),
    ],
  },
  {
    what: 'with numbers of keys',
    opType: 'Attention',
    attributes: two,
    inputs: tokens,
    reads: (build) => [...packed(build), integers(build, 'int32', [2], [5, 3])],
  },
  {
    what: 'with values of another size',
    opType: 'Attention',
    attributes: { ...two, qkv_hidden_sizes: [8, 8, 4] },
    inputs: tokens,
    reads: (build) => ['x', weight(build, 'w', [8, 20]), weight(build, 'b', [20])],
  },
  {
    what: 'with a bias of the scores',
    opType: 'Attention',
    attributes: two,
    inputs: { ...tokens, r: [1, 2, 5, 5] },
    reads: (build) => [...packed(build), '', '', 'r'],
  },
  {
    what: 'with a past',
    opType: 'Attention',
    attributes: { ...two, unidirectional: 1 },
    inputs: { ...tokens, past: [2, 2, 2, 3, 4] },
    reads: (build) => [...packed(build), '', 'past'],
    outputs: 2,
  },
  // MultiHeadAttention of ONNX Runtime.
  { what: 'across tokens', opType: 'MultiHeadAttention', attributes: two, inputs: qkv },
  {
    what: 'with biases and a scale',
    opType: 'MultiHeadAttention',
    attributes: { ...two, scale: float(0.2) },
    inputs: qkv,
    reads: (build) => ['q', 'k', 'v', weight(build, 'b', [24])],
  },
  {
    what: 'with values of another size',
    opType: 'MultiHeadAttention',
    attributes: two,
    inputs: { ...qkv, v: [2, 6, 4] },
    reads: (build) => ['q', 'k', 'v', weight(build, 'b', [20])],
  },
  {
    what: 'with a mask of keys',
    opType: 'MultiHeadAttention',
    attributes: two,
    inputs: { ...qkv, k: [2, 5, 8], v: [2, 5, 8] },
    reads: (build) => ['q', 'k', 'v', '', integers(build, 'int32', [2, 5], padded)],
  },
  {
    what: 'with a bias of the scores',
    opType: 'MultiHeadAttention',
    attributes: two,
    inputs: { ...qkv, r: [1, 2, 5, 6] },
    reads: () => ['q', 'k', 'v', '', '', 'r'],
  },
  {
    what: 'causal',
    opType: 'MultiHeadAttention',
    attributes: { ...two, unidirectional: 1 },
    inputs: { q: [2, 5, 8], k: [2, 5, 8], v: [2, 5, 8] },
  },
  {
    what: 'with a past',
    opType: 'MultiHeadAttention',
    attributes: { ...two, unidirectional: 1 },
    inputs: { q: [2, 5, 8], k: [2, 5, 8], v: [2, 5, 8], pk: [2, 2, 3, 4], pv: [2, 2, 3, 4] },
    reads: () => ['q', 'k', 'v', '', '', '', 'pk', 'pv'],
    outputs: 3,
  },
  {
    what: 'with keys and values that have their heads apart',
    opType: 'MultiHeadAttention',
    attributes: two,
    inputs: { q: [2, 5, 8], k: [2, 2, 6, 4], v: [2, 2, 6, 4] },
  },
  // Attention of opset 23.
  {
    what: 'flat',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 2, kv_num_heads: 2 },
    inputs: qkv,
  },
  {
    what: 'with heads apart',
    standard: true,
    opType: 'Attention',
    inputs: { q: [2, 2, 5, 4], k: [2, 2, 6, 4], v: [2, 2, 6, 3] },
  },
  {
    what: 'with shared keys',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 4, kv_num_heads: 2 },
    inputs: grouped,
  },
  {
    what: 'with shared keys and heads apart',
    standard: true,
    opType: 'Attention',
    inputs: { q: [2, 4, 5, 4], k: [2, 2, 6, 4], v: [2, 2, 6, 4] },
  },
  {
    what: 'causal, with a scale',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 4, kv_num_heads: 2, is_causal: 1, scale: float(0.4) },
    inputs: grouped,
  },
  {
    what: 'with a softcap',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 2, kv_num_heads: 2, softcap: float(0.5) },
    inputs: qkv,
  },
  {
    what: 'with an additive mask',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 2, kv_num_heads: 2 },
    inputs: { ...qkv, m: [5, 6] },
  },
  {
    what: 'with a mask of booleans and a softcap',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 2, kv_num_heads: 2, softcap: float(0.5) },
    inputs: qkv,
    reads: (build) => [
      'q',
      'k',
      'v',
      integers(
        build,
        'bool',
        [5, 6],
        Array.from({ length: 30 }, (_, i) => (i % 6 === 0 || i % 4 > 0 ? 1 : 0)),
      ),
    ],
  },
  {
    what: 'with an additive mask for each head and a softcap',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 2, kv_num_heads: 2, softcap: float(0.5) },
    inputs: { ...qkv, m: [2, 2, 5, 6] },
  },
  {
    what: 'with a past, causal',
    standard: true,
    opType: 'Attention',
    attributes: { q_num_heads: 2, kv_num_heads: 2, is_causal: 1 },
    inputs: { q: [2, 5, 8], k: [2, 5, 8], v: [2, 5, 8], pk: [2, 2, 3, 4], pv: [2, 2, 3, 4] },
    reads: () => ['q', 'k', 'v', '', 'pk', 'pv'],
    outputs: 3,
  },
  {
    what: 'of opset 24',
    standard: true,
    opset: 24,
    opType: 'Attention',
    attributes: { q_num_heads: 2, kv_num_heads: 2 },
    inputs: qkv,
  },
  // RotaryEmbedding, of both kinds.
  ...[0, 1].flatMap((interleaved): Case[] => [
    {
      what: `interleaved ${interleaved}, flat`,
      opType: 'RotaryEmbedding',
      attributes: { interleaved },
      inputs: tokens,
      reads: (build) => [
        'x',
        positionsOf(build, [2, 5]),
        weight(build, 'cos', [9, 2]),
        weight(build, 'sine', [9, 2]),
      ],
    },
    {
      what: `interleaved ${interleaved}, heads apart, from a first position`,
      opType: 'RotaryEmbedding',
      attributes: { interleaved },
      inputs: { x: [2, 3, 5, 4] },
      reads: (build) => [
        'x',
        build.integers('first', [2]),
        weight(build, 'cos', [9, 2]),
        weight(build, 'sine', [9, 2]),
      ],
    },
    {
      what: `interleaved ${interleaved}, a part of the channels`,
      opType: 'RotaryEmbedding',
      attributes: { interleaved, num_heads: 1, rotary_embedding_dim: 4 },
      inputs: tokens,
      reads: (build) => [
        'x',
        positionsOf(build, [2, 5]),
        weight(build, 'cos', [9, 2]),
        weight(build, 'sine', [9, 2]),
      ],
    },
    {
      what: `interleaved ${interleaved}, standard`,
      standard: true,
      opType: 'RotaryEmbedding',
      attributes: { interleaved, num_heads: 2 },
      inputs: tokens,
      reads: (build) => [
        'x',
        weight(build, 'cos', [9, 2]),
        weight(build, 'sine', [9, 2]),
        positionsOf(build, [2, 5]),
      ],
    },
    {
      what: `interleaved ${interleaved}, standard, a row for each token and a part of the channels`,
      standard: true,
      opType: 'RotaryEmbedding',
      attributes: { interleaved, rotary_embedding_dim: 4 },
      inputs: { x: [2, 3, 5, 8], c: [2, 5, 2], s: [2, 5, 2] },
    },
  ]),
  // GroupQueryAttention.
  ...[0, 1].flatMap((rotary): Case[] => [
    {
      what: `rotary ${rotary}`,
      opType: 'GroupQueryAttention',
      attributes: { num_heads: 4, kv_num_heads: 1, do_rotary: rotary, scale: float(0.3) },
      inputs: { q: [2, 5, 64], k: [2, 5, 16], v: [2, 5, 16] },
      reads: (build) => ['q', 'k', 'v', '', '', ...groupEnds(build, rotary)],
      outputs: 3,
    },
    {
      what: `packed, interleaved, rotary ${rotary}`,
      opType: 'GroupQueryAttention',
      attributes: { num_heads: 2, kv_num_heads: 2, do_rotary: rotary, rotary_interleaved: rotary },
      inputs: { q: [2, 5, 96] },
      reads: (build) => ['q', '', '', '', '', ...groupEnds(build, rotary)],
      outputs: 3,
    },
  ]),
  // The rest.
  {
    what: 'Relu',
    opType: 'FusedGemm',
    attributes: { activation: 'Relu', transB: 1, alpha: float(0.5) },
    inputs: { x: [2, 3] },
    reads: (build) => ['x', weight(build, 'w', [4, 3]), weight(build, 'b', [4])],
  },
  {
    what: 'LeakyRelu',
    opType: 'FusedGemm',
    attributes: { activation: 'LeakyRelu', activation_alpha: float(0.3) },
    inputs: { x: [2, 3] },
    reads: (build) => ['x', weight(build, 'w', [3, 4]), weight(build, 'b', [4])],
  },
  ...[
    ['Relu'],
    ['Tanh'],
    ['Sigmoid'],
    ['LeakyRelu', 0.2],
    ['Clip', -0.2, 0.4],
    ['HardSigmoid', 0.3, 0.4],
  ].map(
    ([activation, ...params]): Case => ({
      what: String(activation),
      opType: 'FusedConv',
      inputs: { x: [2, 3, 5, 5] },
      attributes: {
        activation: String(activation),
        ...(params.length > 0 && { activation_params: floats(...(params as number[])) }),
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
        strides: [2, 2],
      },
      reads: (build) => ['x', weight(build, 'w', [4, 3, 3, 3]), weight(build, 'b', [4])],
    }),
  ),
  {
    what: 'a residual',
    opType: 'FusedConv',
    inputs: { x: [2, 3, 4, 4], z: [2, 4, 2, 2] },
    attributes: { activation: 'Relu', kernel_shape: [3, 3] },
    reads: (build) => ['x', weight(build, 'w', [4, 3, 3, 3]), weight(build, 'b', [4]), 'z'],
  },
  {
    what: 'transposed',
    opType: 'FusedMatMul',
    attributes: { alpha: float(0.5), transB: 1 },
    inputs: { a: [2, 3, 4], b: [2, 5, 4] },
  },
  {
    what: 'transposed twice',
    opType: 'FusedMatMul',
    attributes: { transA: 1, transB: 1 },
    inputs: { a: [2, 4, 3], b: [2, 5, 4] },
  },
  {
    what: 'with its moments and sum',
    opType: 'SkipLayerNormalization',
    attributes: { epsilon: float(1e-3) },
    inputs: { ...tokens, s: [2, 5, 8] },
    reads: (build) => [
      'x',
      's',
      weight(build, 'g', [8]),
      weight(build, 'be', [8]),
      weight(build, 'bia', [8]),
    ],
  },
  {
    what: 'without beta',
    opType: 'SkipLayerNormalization',
    attributes: {},
    inputs: { ...tokens, s: [2, 5, 8] },
    reads: (build) => ['x', 's', weight(build, 'g', [8])],
  },
  {
    what: 'with a bias',
    opType: 'SkipSimplifiedLayerNormalization',
    attributes: { epsilon: float(1e-3) },
    inputs: { ...tokens, s: [2, 5, 8] },
    reads: (build) => ['x', 's', weight(build, 'g', [8]), weight(build, 'bia', [8])],
  },
  { what: 'of a sum', opType: 'BiasGelu', inputs: tokens, reads: (build) => ['x', weight(build, 'b', [8])] },
  { what: 'alone', opType: 'Gelu', inputs: tokens },
  { what: 'of a sum', opType: 'FastGelu', inputs: tokens, reads: (build) => ['x', weight(build, 'b', [8])] },
  { what: 'alone', opType: 'FastGelu', inputs: tokens },
  { what: 'alone', opType: 'QuickGelu', attributes: { alpha: float(1.5) }, inputs: tokens },
];

function positionsOf(build: GraphBuilder, shape: readonly number[]): string {
  return build.constant('positions', Tensor.int64(shape, [0, 1, 2, 3, 4, 4, 5, 6, 7, 8]));
}

function groupEnds(build: GraphBuilder, rotary: number): string[] {
  const ends = [integers(build, 'int32', [2], [4, 4]), integers(build, 'int32', [], [5])];
  return rotary ? [...ends, weight(build, 'cos', [9, 8]), weight(build, 'sine', [9, 8])] : ends;
}

describe('decomposeFused', () => {
  for (const each of cases) {
    it(`writes ${each.standard ? '' : 'com.microsoft.'}${each.opType}, ${each.what}, as standard operators`, async () => {
      const model = await expectSameNumbers(networkWith(each), [decomposeFused], 2e-5);
      expect(operatorsOf(model).filter((type) => type.includes('.') || type === each.opType)).toEqual([]);
    });
  }

  it('gives the sum that a skip normalisation hands on', async () => {
    const source = networkOf({ x: [2, 5, 8], s: [2, 5, 8] }, (build) => {
      const inputs = ['x', 's', weight(build, 'g', [8]), weight(build, 'be', [8])];
      build.add({
        name: 'norm',
        opType: 'SkipLayerNormalization',
        domain: 'com.microsoft',
        inputs,
        outputs: ['y', '', '', 'sum'],
        attributes: new Map(),
      });
      return ['y', 'sum'];
    });
    expect(operatorsOf(await expectSameNumbers(source, [decomposeFused]))).toEqual([
      'Add',
      'LayerNormalization',
      'Identity',
    ]);
  });

  it('leaves what has no such form', () => {
    const source = networkOf(
      { q: [2, 5, 8], k: [2, 5, 8], v: [2, 5, 8] },
      (build) => [...build.ops('Attention', ['q', 'k', 'v'], 4, { q_num_heads: 2, kv_num_heads: 2 })],
      23,
    );
    expect(decomposeFused(source)).toBe(0);
    expect(operatorsOf(source)).toEqual(['Attention']);
  });
});
