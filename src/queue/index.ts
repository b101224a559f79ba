/** What commands use of a queue, loaded with all of Redis when one is named. */
export { evaluateOnQueue } from './evaluate-on-queue.ts';
export { runQueueWorker } from './queue-worker.ts';
export { WorkQueue } from './work-queue.ts';
