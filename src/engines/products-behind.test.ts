import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { Random } from '../random.ts';
import type { Activity } from '../results/activity.ts';
import { engines } from './engines.ts';
import { createOracleEngine } from './oracle-engine.ts';
import { planRun } from './plan-run.ts';

const [tokens, dim, heads] = [4, 6, 2];
const numbers = (seed: number, length: number) => {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.normal());
};

/** Where attention has the batch N of its products: in front, behind the heads h, or merged with them. */
type Layout = 'n h' | 'h n' | 'h·n' | 'einsum';

/** Scores of attention over x [N, 4, 6], with the same weights in every layout. */
function attention(layout: Layout): Model {
  const graph = new Graph('attention');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', tokens, dim] });
  let seed = 0;
  const linear = (input: string, out: number, name: string) => {
    seed++;
    const weight = build.constant('w', Tensor.float32([dim, out], numbers(seed, dim * out)));
    return build.op('MatMul', [input, weight], {}, { name });
  };
  const hidden = build.op('Relu', [linear('x', dim, 'in')]);
  const split = (name: string, columns: boolean) => {
    const lengths = build.integers('split', [-1, tokens, heads, dim / heads]);
    const parts = build.op('Reshape', [linear(hidden, dim, name), lengths]);
    const rows = layout === 'n h' ? [0, 2, 1, 3] : [2, 0, 1, 3];
    const perm = columns ? [...rows.slice(0, 2), rows[3] ?? 3, rows[2] ?? 2] : rows;
    const placed = build.op('Transpose', [parts], { perm });
    if (layout !== 'h·n') return placed;
    const matrix = columns ? [dim / heads, tokens] : [tokens, dim / heads];
    return build.op('Reshape', [placed, build.integers('merged', [-1, ...matrix])]);
  };
  const [q, k] = [split('q', false), split('k', layout !== 'einsum')];
  const equation = 'hnqd,hnkd->nhqk';
  const scores =
    layout === 'einsum'
      ? build.op('Einsum', [q, k], { equation }, { name: 'scores' })
      : build.op('MatMul', [q, k], {}, { name: 'scores' });
  // Scores become features of the image: [N, h·q·k].
  const parted =
    layout === 'h·n'
      ? build.op('Reshape', [scores, build.integers('parted', [heads, -1, tokens, tokens])])
      : scores;
  const inFront =
    layout === 'h n' || layout === 'h·n' ? build.op('Transpose', [parted], { perm: [1, 0, 2, 3] }) : parted;
  const size = heads * tokens * tokens;
  const flat = build.op('Reshape', [inFront, build.integers('flat', [-1, size])]);
  const head = build.constant('head', Tensor.float32([size, 3], numbers(9, size * 3)));
  build.op('MatMul', [build.op('Relu', [flat]), head], {}, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 3] });
  return new Model(graph, 17);
}

const images = { shape: [5, tokens, dim], data: numbers(20, 5 * tokens * dim) };
const steps = 3;

async function plan(layout: Layout) {
  const calibration = () => [{ shape: [8, tokens, dim], data: numbers(21, 8 * tokens * dim) }];
  const { model } = await convert(attention(layout), { method: ecmt, steps, calibration });
  return planRun(model, { statistics: true });
}

describe.each(['h n', 'h·n', 'einsum'] as const)('spikes of a product with its operands as %s', (layout) => {
  it.each(['oracle', 'fast', 'in-graph'] as const)(
    'are counted as with the batch in front: %s',
    async (name) => {
      const start =
        name === 'oracle'
          ? async (of: Awaited<ReturnType<typeof plan>>) => createOracleEngine(of)
          : engines[name];
      const counted = async (of: Layout): Promise<Activity['products']> => {
        const engine = await start(await plan(of), {});
        const { activity } = await engine.run(images).finally(() => engine.close());
        return activity!.products;
      };
      const expected = await counted('n h');
      expect(expected.scores!.both.every((count) => count > 0)).toBe(true);
      expect(await counted(layout)).toEqual(expected);
    },
  );
});
