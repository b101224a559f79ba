/** What commands use of a queue, loaded with all of Redis when one is named. */
export { compareOnQueue } from './compare-on-queue.ts';
export { evaluateOnQueue } from './evaluate-on-queue.ts';
export { queueStatus } from './queue-status.ts';
export { runQueueWorker } from './queue-worker.ts';
export { WorkQueue } from './work-queue.ts';
