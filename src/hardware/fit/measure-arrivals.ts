import type { Engine, Plan } from '../../engines/plan-run.ts';
import type { InputBatch } from '../../graph/input-batch.ts';
import { besideSource } from '../../sessions/compared-network.ts';
import type { SpikingNetwork } from '../../spiking/network-kind.ts';
import { EventTracer } from '../trace-events.ts';
import type { NetworkLayer } from './network-layers.ts';

/** What arrives at a layer in one time-step. */
export interface ArrivingEvents {
  /** Spikes; a core of the layer sees all of them, where the layer is divided by channels. */
  readonly events: number;
  /** Synapses of these spikes, over all cores of the layer. */
  readonly synapses: number;
}

/** Counts what arrives at each layer in a step, mean over steps and samples; layers that read numbers are left out. */
export async function measureArrivals(
  network: SpikingNetwork,
  layers: readonly NetworkLayer[],
  batches: AsyncIterable<InputBatch> | Iterable<InputBatch>,
  { steps, engine }: { readonly steps: number; readonly engine: (plan: Plan) => Promise<Engine> | Engine },
): Promise<Map<string, ArrivingEvents>> {
  const tracer = new EventTracer(await besideSource(network), steps);
  const layerOf = new Map(
    layers.flatMap(({ name, synapses }) => synapses.map(({ operator }) => [operator, name] as const)),
  );
  const sums = new Map<string, { events: number; synapses: number }>();
  let count = 0;
  try {
    for await (const batch of batches) {
      const { samples } = await tracer.trace(batch, engine);
      count += samples.length;
      for (const { operator, events } of samples.flat()) {
        const layer = layerOf.get(operator);
        if (layer === undefined || events.length === 0) continue;
        const sum = sums.get(layer) ?? { events: 0, synapses: 0 };
        for (const step of events) {
          sum.events += step.length / events.length;
          sum.synapses += step.reduce((all, each) => all + each, 0) / events.length;
        }
        sums.set(layer, sum);
      }
    }
  } finally {
    await tracer.close();
  }
  const mean = (sum: number) => sum / Math.max(count, 1);
  return new Map(
    [...sums].map(([layer, { events, synapses }]) => [
      layer,
      { events: mean(events), synapses: mean(synapses) },
    ]),
  );
}
