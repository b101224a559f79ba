// Stub workers of a queue, many in a process: they answer at once, by what is told of pictures, and compute nothing.
// Forked by bench/queue.ts: queue-stubs.ts REDIS COUNT NAME ANSWER, where ANSWER is a file with one outcome of a batch of one image.
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { stubClass } from './stub-class.ts';

const { runQueueWorker } = (await import(
  new URL('../dist/queue/index.js', import.meta.url).href
)) as typeof import('../src/queue/index.ts');

const [queue = '', count = '1', name = 'stubs', file = ''] = process.argv.slice(2);
const { image, activity, classes } = JSON.parse(readFileSync(file, 'utf8'));
const stop = new AbortController();
setMaxListeners(Number(count), stop.signal);

let jobs = 0;
const options = {
  queue,
  concurrency: 1,
  signal: stop.signal,
  onMessage: () => undefined,
  stub: async ({ order }: { order: { kind: string; pictures?: readonly { id: string }[] } }) => {
    const pictures = order.pictures ?? [];
    jobs++;
    return {
      outcome: {
        classes,
        images: pictures.map(({ id }) => ({ ...image, source: [stubClass(id, classes)] })),
        activity,
      },
      read: pictures.map((_, i) => i),
      met: [],
      skipped: [],
    };
  },
};
const workers = Array.from({ length: Number(count) }, (_, i) =>
  runQueueWorker({ ...options, name: `${hostname()}:${name}-${i}` }),
);
process.on('message', (message) => {
  if (message === 'stop') stop.abort();
  // Processor time so far, so that what a start costs can be told from what jobs cost.
  else process.send?.({ jobs, processor: process.cpuUsage() });
});
await Promise.all(workers);
process.disconnect();
