import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { synapticInputSites } from '../../analysis/spike-sites.ts';
import { randomNumbers, saveCheckpoint, tiny, tinyWeights } from '../../checkpoints/tiny-vit.fixture.ts';
import { freezeShapes } from '../../differentiation/freeze-shapes.ts';
import { inferTypes } from '../../differentiation/infer-types.ts';
import { openCheckpoint } from '../../opening/open-checkpoint.ts';
import { withSourceLogits } from '../search/measure-network.ts';
import { positionImportance } from './output-gradients.ts';
import { divideSite, joinParts } from './site-parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'site-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { model } = await openCheckpoint(await saveCheckpoint(folder, tinyWeights()));
const tokens = tiny.patches + 1;

async function* images() {
  const shape = [4, 3, tiny.height, tiny.width];
  const data = randomNumbers(4 * 3 * tiny.height * tiny.width, 3);
  yield { shape, data, labels: [undefined, undefined, undefined, undefined], ids: ['a', 'b', 'c', 'd'] };
}

describe('positionImportance', () => {
  it('is nothing for the tokens whose last MLP nobody reads, and something for all tokens before', async () => {
    const sites = synapticInputSites(model.graph);
    const batches = await withSourceLogits(model, images(), 1);
    const importance = (await positionImportance(model, sites, batches, 1))!;
    const byToken = (name: string) => Array.from(importance.get(name)!.axes[1]!, (value) => value > 0);
    const onlyTheFirst = Array.from({ length: tokens }, (_, i) => i === 0);
    expect(byToken('blocks.1.mlp.fc1.in')).toEqual(onlyTheFirst);
    expect(byToken('blocks.0.mlp.fc1.in')).toEqual(onlyTheFirst.map(() => true));
    const parts = divideSite(importance.get('blocks.1.mlp.fc1.in')!)!;
    expect(parts.map(({ axis, share }) => [axis, share])).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });
});

describe('freezeShapes', () => {
  it('leaves no shape open that follows from the shape of the image', async () => {
    const open = model.clone();
    open.graph.setInputs(
      open.graph.inputs.map((info) => ({
        ...info,
        shape: [1, 3, tiny.height, tiny.width],
      })),
    );
    await expect(inferTypes(open)).rejects.toThrow(/expected shapes that follow from those of the inputs/);
    const types = await inferTypes(await freezeShapes(model));
    expect(types.get(model.graph.outputs[0]!.name)!.shape).toEqual([1, tiny.classes]);
  });
});

describe('divideSite', () => {
  const site = (importance: number[]) => ({
    shape: [1, importance.length, 2],
    axes: [Float64Array.of(1), Float64Array.from(importance), Float64Array.of(1, 1)],
  });

  it('takes apart what stands out, what is ordinary and what is not read', () => {
    const parts = divideSite(site([80, 1, 1, 1, 1, 0, 0, 1]))!;
    expect(parts.map(({ members }) => members.map(Number).join(''))).toEqual([
      '10000000',
      '01111001',
      '00000110',
    ]);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(joinParts(parts, [3, 4, 5])).toEqual({ shape: [1, 8, 1], values: [3, 4, 4, 4, 4, 5, 5, 4] });
  });

  it('leaves a site whole whose positions matter alike', () => {
    expect(divideSite(site([1, 2, 1, 3, 1, 2]))).toBeUndefined();
  });
});
