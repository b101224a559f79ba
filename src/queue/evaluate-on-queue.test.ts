import { expect, test } from 'vitest';
import type { Batch } from '../data/load-batch.ts';
import type { ElsewhereOptions } from '../evaluation/run/evaluate-elsewhere.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { evaluateOnQueue, type QueuedEvaluation } from './evaluate-on-queue.ts';
import { JobFailure } from './job-ledger.ts';
import { packText, unpack } from './packed.ts';
import type { EvaluationAnswer, WorkOrder } from './work-message.ts';
import type { WorkQueue } from './work-queue.ts';

const images = 8;

async function* batches(): AsyncGenerator<Batch> {
  for (let from = 0; from < images; from += 4) {
    const numbers = [0, 1, 2, 3].map((i) => from + i);
    yield {
      ids: numbers.map((i) => `image${i}`),
      labels: numbers.map(() => undefined),
      shape: [4, 1],
      data: Float32Array.from(numbers),
    };
  }
}

/** Evaluates images on workers that do as is said with the numbers of a job. */
async function evaluate(work: (numbers: readonly number[]) => void, strict = false) {
  const held = new Map<string, Uint8Array>();
  const orders: number[][] = [];
  const queue = {
    content: {
      hold(bytes: Uint8Array) {
        held.set(`${held.size}`, bytes);
        return { hash: `${held.size - 1}`, size: bytes.byteLength };
      },
    },
    wanted: 1,
    offer: async () => undefined,
    release: () => undefined,
    async run(_: string, order: WorkOrder) {
      if (order.kind !== 'batch') throw new Error('not asked');
      const numbers = [...unpack<{ data: Float32Array }>(held.get(order.batch.hash)!).data];
      orders.push(numbers);
      work(numbers);
      const answer: EvaluationAnswer = { outcome: { images: [] }, read: [], met: [], skipped: [] };
      return { worker: 'w', seconds: 1, answer: packText(answer) };
    },
  } as unknown as WorkQueue;
  const done: string[] = [];
  const skipped: [string, string][] = [];
  const warnings: string[] = [];
  const run: QueuedEvaluation = { title: 'a test', name: 'test', images, bytes: 1, strict };
  await evaluateOnQueue(
    queue,
    run,
  )({
    network: { spiking: false, model: new Model(new Graph('none'), 17) },
    task: 'classification',
    threads: 1,
    engine: 'fast',
    synapses: 'float32',
    quantisation: undefined,
    pictures: undefined,
    batches,
    onReady: () => undefined,
    onOutcome: async ({ ids }) => void done.push(...ids),
    onAnswers: async () => undefined,
    onSkipped: (id, reason) => skipped.push([id, reason]),
    onWarning: (message) => warnings.push(message),
    signal: undefined,
  } satisfies ElsewhereOptions);
  return { done, skipped, warnings, orders };
}

const all = Array.from({ length: images }, (_, i) => `image${i}`);
const poisonous = (numbers: readonly number[]) => {
  if (numbers.includes(2)) throw new JobFailure('deaths', 'signal SIGSEGV');
};
const reason =
  "image 'image2': expected an answer, got the death of 3 workers (signal SIGSEGV). Look at the image, or allow workers more memory.";

test('an image that workers die of is found, named and left out, and those beside it count', async () => {
  const { done, skipped, warnings } = await evaluate(poisonous);
  expect(done.toSorted()).toEqual(all.filter((id) => id !== 'image2'));
  expect(skipped).toEqual([['image2', reason]]);
  expect(warnings).toEqual([reason]);
});

test('an image that workers die of ends a strict run', async () => {
  await expect(evaluate(poisonous, true)).rejects.toThrow(reason);
});

test('where memory runs out, all following batches are halved', async () => {
  const { done, warnings, orders } = await evaluate((numbers) => {
    if (numbers.length > 2) throw new JobFailure('memory', 'out of memory');
  });
  expect(done).toEqual(all);
  expect(orders.map(({ length }) => length)).toEqual([4, 2, 2, 2, 2]);
  expect(warnings).toEqual(['memory ran out with a batch of 4; going on with batches of 2']);
});

test('an error that any worker would meet ends the run with what it says', async () => {
  const content = { where: 'engine', expected: 'numbers', got: 'NaN', remedy: 'Check the network' };
  const fail = () => {
    throw new JobFailure('error', content);
  };
  await expect(evaluate(fail)).rejects.toThrow('engine: expected numbers, got NaN. Check the network.');
});
