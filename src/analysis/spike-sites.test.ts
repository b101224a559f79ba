import { describe, expect, it } from 'vitest';
import { tinyWeights, writeCheckpoint } from '../checkpoints/tiny-vit.fixture.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { attentionRoles } from './attention-roles.ts';
import { synapticInputSites } from './spike-sites.ts';
import { synapticOperators } from './synaptic-operators.ts';

describe('synapticInputSites on a Vision Transformer', () => {
  it('puts eight sites into each block, none on the image, the residual stream or the head', async () => {
    const { model } = await openCheckpoint(await writeCheckpoint(tinyWeights()));
    const sites = synapticInputSites(model.graph);
    const roles = attentionRoles(sites);
    expect(sites.map(({ name }) => `${name} ${roles.get(name)!.block} ${roles.get(name)!.place}`)).toEqual(
      [0, 1].flatMap((block) => [
        `blocks.${block}.attn.qkv.in ${block} fc_qkv`,
        `blocks.${block}.attn.scores.a ${block} q`,
        `blocks.${block}.attn.scores.b ${block} k`,
        `blocks.${block}.attn.mixed.a ${block} s`,
        `blocks.${block}.attn.mixed.b ${block} v`,
        `blocks.${block}.attn.proj.in ${block} fc_out`,
        `blocks.${block}.mlp.fc1.in ${block} fc1`,
        `blocks.${block}.mlp.fc2.in ${block} fc2`,
      ]),
    );
  });

  it('leaves out both heads of a distilled network', async () => {
    const { model } = await openCheckpoint(await writeCheckpoint(tinyWeights({ distilled: true })));
    const heads = synapticOperators(model.graph).filter(({ head }) => head);
    expect(heads.map(({ node: each }) => each.name)).toEqual(['head', 'head_dist']);
    expect(synapticInputSites(model.graph)).toHaveLength(16);
  });

  it('tells what a site follows', async () => {
    const { model } = await openCheckpoint(await writeCheckpoint(tinyWeights()));
    const sites = new Map(synapticInputSites(model.graph).map((site) => [site.name, site]));
    expect(sites.get('blocks.0.mlp.fc2.in')!.follows.has('Erf')).toBe(true);
    expect(sites.get('blocks.0.attn.mixed.a')!.follows.has('Softmax')).toBe(true);
    expect(sites.get('blocks.0.mlp.fc1.in')!.follows.has('Erf')).toBe(false);
    expect([...sites.get('blocks.0.attn.proj.in')!.after]).toEqual(['blocks.0.attn.mixed']);
  });
});

describe('synapticInputSites', () => {
  it('tells sites apart whose operators belong to one module, or whose names the graph has already', () => {
    const graph = new Graph('attention');
    graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
    const build = new GraphBuilder(graph);
    const weight = build.constant('w', Tensor.float32([2, 2], [1, 2, 3, 4]));
    const named = (opType: string, name: string, input: string) =>
      build.op(opType, [input, weight], {}, { name });
    const first = named('MatMul', 'first', 'x');
    const inner = named('MatMul', '/self_attn/MatMul', first);
    const outer = named('Gemm', '/self_attn/Gemm', build.op('Relu', [inner], {}, { name: '/fc/Gemm.in' }));
    const fc = named('Gemm', '/fc/Gemm', build.op('Relu', [outer], {}, { name: 'fc.in' }));
    graph.append(node('MatMul', [fc, weight], ['y'], {}, { name: 'head' }));
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: undefined }]);
    expect(synapticInputSites(graph).map(({ name }) => name)).toEqual([
      'self_attn.MatMul.in',
      'self_attn.Gemm.in',
      'fc.in_2',
    ]);
  });

  it('makes one site of a tensor that several operators read, and reads through computed weights', () => {
    const graph = new Graph('shared');
    graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
    const build = new GraphBuilder(graph);
    const weight = build.constant('w', Tensor.float32([2, 2], [1, 2, 3, 4]));
    const turned = build.op('Transpose', [weight], { perm: [1, 0] });
    const first = build.op('MatMul', ['x', turned], {}, { name: 'first' });
    const shared = build.op('Relu', [first]);
    const a = build.op('MatMul', [shared, turned], {}, { name: 'a' });
    const b = build.op('MatMul', [shared, weight], {}, { name: 'b' });
    const sum = build.op('Add', [a, b]);
    graph.append(node('MatMul', [sum, weight], ['y'], {}, { name: 'head' }));
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
    expect(synapticInputSites(graph)).toMatchObject([
      {
        name: 'a.in',
        value: shared,
        readers: [
          { node: 'a', input: 0 },
          { node: 'b', input: 0 },
        ],
      },
    ]);
  });
});
