import { describe, expect, it } from 'vitest';
import { fileStorage } from '../files/file-storage.fixture.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { chooseWorkers } from './choose-workers.ts';

const gigabyte = 2 ** 30;

/** A model with this many weights in a file, of which nothing is read. */
function modelOf(weights: number, dataType: 'float32' | 'float16' = 'float32'): Model {
  const graph = new Graph('any');
  const length = weights * (dataType === 'float32' ? 4 : 2);
  graph.setInitializer('w', new Tensor(dataType, [weights], fileStorage('/none', 0, length)));
  return new Model(graph, 17);
}

const machine = { processors: 4, freeBytes: 16 * gigabyte };

describe('chooseWorkers', () => {
  it('takes one worker for each processor where memory allows', () => {
    expect(chooseWorkers(modelOf(22e6), 100, undefined, machine)).toEqual({ workers: 4, threads: 1 });
  });

  it('takes no more workers than there are batches', () => {
    expect(chooseWorkers(modelOf(22e6), 2, undefined, machine)).toEqual({ workers: 2, threads: 2 });
    expect(chooseWorkers(modelOf(22e6), 0, undefined, machine)).toEqual({ workers: 1, threads: 4 });
  });

  it('takes fewer workers with more threads where weights do not fit, and says why', () => {
    expect(chooseWorkers(modelOf(gigabyte / 2, 'float16'), 100, undefined, machine)).toEqual({
      workers: 2,
      threads: 2,
      reason: '2 workers with 2 threads: each takes about 5.3 GB, and 16.0 GB are free',
    });
    expect(chooseWorkers(modelOf(2 * gigabyte, 'float16'), 100, undefined, machine)).toMatchObject({
      workers: 1,
      threads: 4,
    });
  });

  it('counts weights that are mapped into memory once', () => {
    expect(chooseWorkers(modelOf(gigabyte), 100, undefined, machine)).toEqual({ workers: 4, threads: 1 });
    expect(chooseWorkers(modelOf(3 * gigabyte), 100, undefined, machine)).toEqual({
      workers: 2,
      threads: 2,
      reason:
        '2 workers with 2 threads: each takes about 0.8 GB, all of them 12.0 GB of weights, and 16.0 GB are free',
    });
    expect(chooseWorkers(modelOf(4 * gigabyte), 100, undefined, machine)).toMatchObject({ workers: 1 });
  });

  it('counts quantised networks, what they are made from, and what all networks answer', () => {
    const beside = { quantised: 2, answers: gigabyte };
    expect(chooseWorkers(modelOf(gigabyte / 8), 100, undefined, machine, beside)).toEqual({
      workers: 3,
      threads: 1,
      reason:
        '3 workers with 1 thread: each takes about 3.3 GB, all of them 1.5 GB of weights, and 16.0 GB are free',
    });
  });

  it('does as it is told', () => {
    expect(chooseWorkers(modelOf(2 * gigabyte, 'float16'), 1, 3, machine)).toEqual({
      workers: 3,
      threads: 1,
    });
    expect(chooseWorkers(modelOf(22e6), 100, 1, machine)).toEqual({ workers: 1, threads: 4 });
  });
});
