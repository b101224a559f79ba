import type * as threads from 'node:worker_threads';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { convert } from '../conversion/convert.ts';
import type { Batch as AnyBatch, TensorBatch as Batch } from '../data/load-batch.ts';
import { type EvaluateOptions, evaluate } from '../evaluation/evaluate.ts';
import type { Model } from '../graph/model.ts';
import { ecmt } from '../methods/ecmt.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { hungryNetwork } from '../sessions/hungry-network.fixture.ts';

const { started, exitCodes } = vi.hoisted(() => ({ started: [] as Worker[], exitCodes: [] as number[] }));
/** Inputs that begin with one of these numbers kill a worker, before it looks at them. */
const deadly = { exit: 1001, throw: 1002 };
const killer = `
  require('node:worker_threads').parentPort.on('message', ({ batch, kill }) => {
    if (kill) process.exit(1);
    if (batch?.data[0] === ${deadly.exit}) process.exit(7);
    if (batch?.data[0] === ${deadly.throw}) throw new Error('a wild pointer');
  });`;

/** Workers run the built code, since Node cannot run TypeScript, and are kept so that a test can kill them. */
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof threads>();
  return {
    ...real,
    Worker: class extends real.Worker {
      constructor(script: URL, options: WorkerOptions) {
        const built = script.href.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
        super(`${killer} import('${built}');`, { ...options, eval: true });
        started.push(this);
        this.on('exit', (code) => exitCodes.push(code));
      }
    },
  };
});

const images = 12;

/** Labelled inputs of the hungry network. @param change what happens to a batch at the end */
function inputs(size = 2, change: (batch: Batch) => Batch = (batch) => batch): EvaluateOptions['data'] {
  async function* batches(): AsyncGenerator<Batch> {
    for (let from = 0; from < images; from += size) {
      const part = Array.from({ length: Math.min(size, images - from) }, (_, i) => from + i);
      yield change({
        ids: part.map((i) => `image${i}`),
        labels: part.map((i) => i % 3),
        shape: [part.length, 4],
        data: Float32Array.from(part.flatMap((i) => [0, 1, 2, 3].map((k) => Math.cos(i + 3 * k)))),
      });
    }
  }
  return { size: images, batches };
}

let model: Model;
let undisturbed: EvaluationResult;
beforeAll(async () => {
  const calibration = () => [{ shape: [1, 4], data: Float32Array.of(1, 0.5, -0.5, 0.2) }];
  ({ model } = await convert(hungryNetwork(), { method: ecmt, steps: 3, calibration, batchSize: 1 }));
  undisturbed = await resultOf({});
});
beforeEach(() => {
  started.length = 0;
  exitCodes.length = 0;
});

async function resultOf(options: Partial<EvaluateOptions>): Promise<EvaluationResult> {
  const end = await evaluate({ model, data: inputs(), ...options });
  if (!end.finished) throw new Error('not finished');
  // The diagnosis looks at the first batch alone, however large it is.
  return { ...end.result, seconds: 0, phases: [], diagnosis: null };
}

describe('evaluate in workers', () => {
  it('gives what it gives in one thread', async () => {
    expect(await resultOf({ workers: 2 })).toEqual(undisturbed);
    expect(started).toHaveLength(2);
  });

  it('replaces a worker that dies over a batch, and counts every image once', async () => {
    const warnings: string[] = [];
    const counts: number[] = [];
    const result = await resultOf({
      workers: 1,
      onProgress: ({ done }) => {
        counts.push(done);
        // By then the worker has the next batch. To terminate it amid native code would abort the whole process.
        if (done === 4 || done === 8) setImmediate(() => started.at(-1)!.postMessage({ kill: true }));
      },
      onWarning: (message) => warnings.push(message),
    });
    expect(result).toEqual(undisturbed);
    expect(counts).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(started).toHaveLength(3);
    expect(warnings).toEqual(
      Array(2).fill('an evaluation worker died (an end with code 1); a new one does its 2 images again'),
    );
  });

  it('replaces a worker that dies while it waits', async () => {
    const warnings: string[] = [];
    const { batches } = inputs();
    const withPause = async function* (...args: Parameters<typeof batches>): AsyncGenerator<AnyBatch> {
      for await (const batch of batches(...args)) {
        if (batch.ids[0] === 'image4') await started[0]!.terminate();
        yield batch;
      }
    };
    const result = await resultOf({
      workers: 1,
      data: { size: images, batches: withPause },
      onWarning: (message) => warnings.push(message),
    });
    expect(result).toEqual(undisturbed);
    expect(warnings).toEqual([
      'an evaluation worker died (an end with code 1); a new one does its 2 images again',
    ]);
  });

  it.each([
    ['that ends its process', deadly.exit, 'an end with code 7'],
    ['of an uncaught error', deadly.throw, 'a wild pointer'],
  ])('gives up on a batch that four workers died of: %s', async (_, number, reason) => {
    const warnings: string[] = [];
    const poisoned = inputs(2, (batch) =>
      batch.ids[0] === 'image2' ? { ...batch, data: batch.data.fill(number) } : batch,
    );
    const onWarning = (message: string) => warnings.push(message);
    await expect(evaluate({ model, data: poisoned, workers: 1, onWarning })).rejects.toThrow(
      `evaluation worker: expected an answer to a batch of 2, got the death of 4 workers, of the last one by: ${reason}. Memory may have run out: try smaller batches or a single worker.`,
    );
    expect(started).toHaveLength(4);
    expect(warnings).toEqual(
      Array(3).fill(`an evaluation worker died (${reason}); a new one does its 2 images again`),
    );
  });

  it.each([0, 1])('halves batches when memory runs out, and says so, with %i workers', async (workers) => {
    const warnings: string[] = [];
    const result = await resultOf({
      workers,
      data: inputs(12),
      onWarning: (message) => warnings.push(message),
    });
    expect(result).toEqual(undisturbed);
    expect(warnings).toEqual([
      'memory ran out with a batch of 12; going on with batches of 6',
      'memory ran out with a batch of 6; going on with batches of 3',
    ]);
  });

  it('lets workers end by themselves after a failure, since a thread ended amid native code aborts the process', async () => {
    await expect(resultOf({ workers: 2, memoryMB: 0.001 })).rejects.toThrow('Allow at least 1 MB');
    expect(exitCodes).toEqual([0, 0]);
  });

  it('says what one image needs when a bound of the memory is too small for it', async () => {
    await expect(resultOf({ memoryMB: 0.001 })).rejects.toThrow(
      'segmented engine: expected at most 0.001 MB of activations, got 1 MB for one image. Allow at least 1 MB, or take fewer time-steps.',
    );
  });
});
