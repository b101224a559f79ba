import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RuntimeError } from '../errors.ts';
import { encodeForSession } from '../formats/onnx/encode-model.ts';
import type { FloatTensor } from '../runtime/float-tensor.ts';
import type { WorkerStart } from './evaluation-worker.ts';
import type { BatchOutcome, Evaluator, EvaluatorOptions } from './evaluator.ts';

type Reply = { ready: true } | { outcome: BatchOutcome } | { error: string };

/** An evaluator in a thread of its own. One batch at a time. */
export async function createWorkerEvaluator({ model, ...options }: EvaluatorOptions): Promise<Evaluator> {
  const start: WorkerStart = { model: encodeForSession(model), ...options };
  const script = new URL(`./evaluation-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { workerData: start });
  await nextReply(worker).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  return {
    async evaluate(batch: FloatTensor) {
      const reply = nextReply(worker);
      worker.postMessage(batch);
      const answer = await reply;
      if ('outcome' in answer) return answer.outcome;
      throw new RuntimeError('worker: answered without an outcome');
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** @throws RuntimeError if the worker reports an error or dies */
function nextReply(worker: Worker): Promise<Exclude<Reply, { error: string }>> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', onMessage).off('error', onDeath).off('exit', onDeath);
      act();
    };
    const onMessage = (reply: Reply) =>
      settle(() => ('error' in reply ? reject(new RuntimeError(reply.error)) : resolve(reply)));
    const onDeath = (cause: unknown) => settle(() => reject(workerDied(cause)));
    worker.on('message', onMessage).on('error', onDeath).on('exit', onDeath);
  });
}

function workerDied(cause: unknown): RuntimeError {
  return new RuntimeError(
    {
      where: 'evaluation worker',
      expected: 'an answer',
      got: cause instanceof Error ? cause.message : `an end with code ${cause}`,
      remedy: 'Memory may have run out: try a smaller --batch or --workers 1',
    },
    { cause },
  );
}
