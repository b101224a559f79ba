import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { saveCheckpoint, tiny, tinyImages, tinyWeights } from '../checkpoints/tiny-vit.fixture.ts';
import { fileStorage } from '../files/file-storage.fixture.ts';
import type { DataType } from '../graph/data-type.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { OrtSession } from './ort-session.ts';
import { forFewRuns, weightLoadingOf } from './weight-loading.ts';

/** A model with weights in a file, of which nothing is read. */
function modelOf(dataType: DataType, megabytes: number): Model {
  const graph = new Graph('any');
  const length = megabytes * 2 ** 20;
  const shape = [length / (dataType === 'float32' ? 4 : 2)];
  graph.setInitializer('w', new Tensor(dataType, shape, fileStorage('/none', 0, length)));
  return new Model(graph, 17);
}

const folder = mkdtempSync(join(tmpdir(), 'weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('weights in files', () => {
  it('give the same logits mapped as packed', async () => {
    const { model } = await openCheckpoint(await saveCheckpoint(folder, tinyWeights()));
    const input = { shape: [3, 3, tiny.height, tiny.width], data: tinyImages(3) };
    const [packed, mapped] = await Promise.all(
      (['packed', 'mapped'] as const).map(async (weights) => {
        const session = await OrtSession.create(model, { weights });
        const outputs = await session.run(input).finally(() => session.release());
        return outputs.get('logits')!;
      }),
    );
    expect(mapped!.shape).toEqual(packed!.shape);
    for (const [i, value] of mapped!.data.entries()) expect(value).toBeCloseTo(packed!.data[i]!, 5);
  });
});

describe('weightLoadingOf', () => {
  it('maps large float32 weights', () => {
    expect(weightLoadingOf(modelOf('float32', 256))).toBe('mapped');
  });

  it('packs small weights, and large ones that have to be cast', () => {
    expect(weightLoadingOf(modelOf('float32', 255))).toBe('packed');
    expect(weightLoadingOf(modelOf('float16', 512))).toBe('packed');
    expect(weightLoadingOf(modelOf('bfloat16', 512))).toBe('packed');
  });
});

describe('forFewRuns', () => {
  it('optimises large networks alone, and copies no weights', () => {
    expect(forFewRuns(modelOf('float32', 255), 2)).toEqual({
      weights: 'mapped',
      optimise: 'none',
      threads: 2,
    });
    expect(forFewRuns(modelOf('float32', 256))).toEqual({ weights: 'mapped', optimise: 'all', threads: 1 });
  });
});
