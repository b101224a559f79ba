import { describe, expect, it } from 'vitest';
import { fileStorage } from '../files/file-storage.fixture.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { diagnosisMemory } from './diagnosis-memory.ts';

const megabyte = 2 ** 20;

/** A model with weights in a file, of which nothing is read. */
function modelOf(megabytes: number): Model {
  const graph = new Graph('any');
  const length = megabytes * megabyte;
  graph.setInitializer('w', new Tensor('float32', [length / 4], fileStorage('/none', 0, length)));
  return new Model(graph, 17);
}

describe('diagnosisMemory', () => {
  it('divides what both networks leave by the copies that there are of values', () => {
    // 0.85 × 400 − 64 − 2.25 × 20 = 231, three copies.
    expect(diagnosisMemory(modelOf(20), 400 * megabyte).valuesMB).toBe(77);
    expect(diagnosisMemory(modelOf(20), Number.POSITIVE_INFINITY).valuesMB).toBe(Number.POSITIVE_INFINITY);
  });

  it('does not count weights that are mapped', () => {
    expect(diagnosisMemory(modelOf(4096), 400 * megabyte).valuesMB).toBe(92);
  });

  it('says what it takes at the least where there is less', () => {
    const { valuesMB, least } = diagnosisMemory(modelOf(20), 150 * megabyte);
    expect(valuesMB).toBe(0);
    expect(diagnosisMemory(modelOf(20), least).valuesMB).toBe(8);
    expect(diagnosisMemory(modelOf(20), least - megabyte).valuesMB).toBe(0);
  });
});
