import type { Engine, Plan } from '../engines/plan-run.ts';
import { joinTrains, type SpikeTrain, spikeTrains } from '../engines/spike-trains.ts';
import { runStream } from '../engines/stream.ts';
import { joinStates, type StreamState, sliceState } from '../engines/stream-state.ts';
import { concatenate, type FloatTensor } from '../graph/float-tensor.ts';
import { type InputBatch, sampleCount, sliceSamples } from '../graph/input-batch.ts';
import { lookUp } from '../look-up.ts';

/** How inputs are run batch by batch. */
interface BatchesOptions {
  /** Inputs a batch. Default 8. */
  readonly batchSize?: number | undefined;
  /** Stops before the next batch. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** What all batches gave. */
export interface BatchesRun {
  /** All outputs by name. */
  readonly outputs: Map<string, FloatTensor>;
  /** Empty unless the plan keeps spikes. */
  readonly trains: readonly SpikeTrain[];
  /** Of streams: what their next window goes on from. */
  readonly state?: StreamState;
}

/** Runs inputs batch by batch. @param before state that streams go on from, of all inputs; default: they begin */
export async function runInBatches(
  engine: Engine,
  input: InputBatch,
  before: StreamState | undefined,
  { batchSize = 8, signal, onProgress }: BatchesOptions,
): Promise<BatchesRun> {
  const total = sampleCount(input);
  const parts: ReadonlyMap<string, FloatTensor>[] = [];
  const trains: SpikeTrain[][] = [];
  const states: StreamState[] = [];
  const sizes: number[] = [];
  for (let from = 0; from < total; from += batchSize) {
    signal?.throwIfAborted();
    const batch = sliceSamples(input, from, from + batchSize);
    const own = before && sliceState(before, total, from, from + batchSize);
    const { plan } = engine;
    const { outputs, values, state } = await (plan.stream
      ? runStream(engine, batch, own)
      : engine.run(batch));
    parts.push(outputs);
    sizes.push(sampleCount(batch));
    if (state) states.push(state);
    if (plan.keep.length > 0) trains.push(trainsOf(plan, outputs, values));
    onProgress?.({ done: from + sampleCount(batch), total });
  }
  const names = [...engine.plan.outputs.keys()];
  const joined = names.map((name): [string, FloatTensor] => [
    name,
    concatenate(
      parts.map((part) => lookUp(part, name, 'output')),
      1,
    ),
  ]);
  return {
    outputs: new Map(joined),
    trains: joinTrains(trains),
    ...(states.length > 0 && { state: joinStates(states, sizes) }),
  };
}

/** A stream has as many steps as its answers. */
function trainsOf(
  { sites, hiddenSteps }: Plan,
  outputs: ReadonlyMap<string, FloatTensor>,
  values: ReadonlyMap<string, FloatTensor>,
): SpikeTrain[] {
  const [steps = 0] = [...outputs.values()][0]?.shape ?? [];
  return spikeTrains(sites, values, steps + hiddenSteps, hiddenSteps);
}
