import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { parseOnnx } from '../formats/onnx/read-onnx.ts';
import type { EngineName, Synapses } from '../runtime/engines.ts';
import type { FloatTensor } from '../runtime/float-tensor.ts';
import { createEvaluator } from './evaluator.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** The model as for a session: weight files are named from the root of the file system. */
  readonly model: Uint8Array;
  readonly steps: number | undefined;
  readonly threads: number;
  readonly engine: EngineName;
  readonly synapses: Synapses;
}

/** Inference blocks the event loop, so it lives here; the main thread only reports. */
async function main(): Promise<void> {
  const { model, ...options } = workerData as WorkerStart;
  const evaluator = await createEvaluator({ model: parseOnnx(model, '/model.onnx'), ...options });
  parentPort!.postMessage({ ready: true });
  parentPort!.on('message', async (batch: FloatTensor) => {
    try {
      parentPort!.postMessage({ outcome: await evaluator.evaluate(batch) });
    } catch (error) {
      parentPort!.postMessage({ error: messageOf(error) });
    }
  });
}

main().catch((error: unknown) => parentPort!.postMessage({ error: messageOf(error) }));
