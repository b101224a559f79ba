import type { Engine, RunResult } from '../../engines/plan-run.ts';
import { addActivity } from '../../engines/spike-statistics.ts';
import { Stream } from '../../engines/stream.ts';
import { concatenate, type FloatTensor } from '../../graph/float-tensor.ts';
import { samplesOf } from '../../graph/input-batch.ts';
import { lookUp } from '../../look-up.ts';
import type { EvaluatedBatch } from './batch-outcome.ts';

/**
 * Runs the samples of a batch one after another, each as the next window of a stream.
 *
 * @param engine of a plan for a stream
 * @returns what one run over all of them would give, but for further values
 */
export async function runSamplesInOrder(engine: Engine, batch: EvaluatedBatch): Promise<RunResult> {
  const stream = new Stream(engine, batch.before);
  const runs: RunResult[] = [];
  for (const sample of samplesOf(batch)) runs.push(await stream.run(sample));
  const outputs = [...engine.plan.outputs.keys()].map((name) => {
    const parts = runs.map((run) => lookUp(run.outputs, name, 'output'));
    return [name, joinSamples(parts)] as const;
  });
  const activity = runs.flatMap((run) => run.activity ?? []).reduce(addActivity);
  return {
    logits: joinSamples(runs.map(({ logits }) => logits)),
    outputs: new Map(outputs),
    activity,
    values: new Map(),
    ...(stream.state && { state: stream.state }),
  };
}

/** Outputs [T, 1, …] as one. One without a batch, such as a table that the network hands out, is the same in all of them. */
function joinSamples(parts: readonly FloatTensor[]): FloatTensor {
  const [first] = parts as readonly [FloatTensor];
  return first.shape[1] === 1 ? concatenate(parts, 1) : first;
}
