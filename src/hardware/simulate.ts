import type { Device } from '../energy/define-device.ts';
import { PriceList } from '../energy/price-list.ts';
import type { Engine, Plan } from '../engines/plan-run.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { bestClass } from '../metrics/divergence.ts';
import { besideSource } from '../sessions/compared-network.ts';
import { type SpikingNetwork, spikingNetwork } from '../spiking/network-kind.ts';
import type { Chip, ChipSettings, LayerRun, LayerTrace } from './define-chip.ts';
import { EventTracer } from './trace-events.ts';

/** What a chip does at one operator, mean over the samples. */
export interface SimulatedLayer extends Omit<LayerRun, 'queueDepth'> {
  readonly operator: string;
  /** Most events that waited at once, of all samples. */
  readonly queueDepth: number;
  readonly nanojoules: number;
}

/** What a chip does for one sample, mean over the samples. */
export interface Simulation {
  readonly chip: string;
  readonly device: string;
  readonly lanes: number;
  readonly steps: number;
  readonly samples: number;
  readonly layers: readonly SimulatedLayer[];
  /** Sums over the layers; of queues the deepest. */
  readonly total: Omit<SimulatedLayer, 'operator'>;
  /** Share of labelled samples whose class is right; null without labels. */
  readonly top1: number | null;
}

/** What a simulation runs on. */
export interface SimulationOptions extends ChipSettings {
  readonly chip: Chip;
  readonly device: Device;
  /** Time-steps T, or slots of a window. Default: what the model is set to. */
  readonly steps?: number | undefined;
  /** Makes the engine that spikes. */
  readonly engine: (plan: Plan) => Promise<Engine> | Engine;
}

/** Samples with their classes, where these are known. */
export type LabelledBatch = InputBatch & { readonly labels?: readonly (number | undefined)[] };

/**
 * Runs a spiking network sample by sample on a model of hardware. Spikes are those of an engine; what the chip makes of them is the
 * model's. Energy: each accumulation with the weight that it fetches, each update of a neuron with its state, each spike on its way,
 * at the prices of a device; estimates.
 *
 * @param given the network as it was opened, or its model
 * @throws RuntimeError if the model does not spike
 */
export async function simulate(
  given: SpikingNetwork | Model,
  batches: AsyncIterable<LabelledBatch> | Iterable<LabelledBatch>,
  { chip, device, lanes, engine, ...options }: SimulationOptions,
): Promise<Simulation> {
  const network = await besideSource(spikingNetwork(given));
  const { steps = network.steps } = options;
  const tracer = new EventTracer(network, steps);
  const sums = new Map<string, SimulatedLayer>();
  let [samples, labelled, right] = [0, 0, 0];
  try {
    for await (const batch of batches) {
      const trace = await tracer.trace(batch, engine);
      const classes = trace.logits.data.length / trace.samples.length;
      for (const [i, layers] of trace.samples.entries()) {
        samples++;
        for (const layer of layers) addLayer(sums, layer, chip.run(layer, { lanes }), device);
        const label = batch.labels?.[i];
        if (label === undefined) continue;
        labelled++;
        const answer = Float32Array.from(trace.logits.data.subarray(i * classes, (i + 1) * classes));
        if (bestClass(answer) === label) right++;
      }
    }
  } finally {
    await tracer.close();
  }
  const layers = [...sums.values()].map((each) => meanOf(each, samples));
  const top1 = labelled === 0 ? null : right / labelled;
  return {
    chip: chip.name,
    device: device.name,
    lanes,
    steps,
    samples,
    layers,
    total: totalOf(layers),
    top1,
  };
}

function addLayer(sums: Map<string, SimulatedLayer>, layer: LayerTrace, run: LayerRun, device: Device): void {
  const nanojoules = energyOf(layer, run, device);
  const before = sums.get(layer.operator);
  sums.set(layer.operator, add({ operator: layer.operator, ...run, nanojoules }, before));
}

/** Energy of what a chip did, in nanojoules. A weight is fetched for every accumulation. */
function energyOf(
  { scaling, payloadBits, targets }: LayerTrace,
  { accumulations, macs, updates, fetches }: LayerRun,
  device: Device,
): number {
  const prices = new PriceList(device, 1);
  const { weightWord } = device.figures;
  const fetched = weightWord === 'included' ? 0 : ((accumulations + macs) * weightWord.picojoules) / 1000;
  // A neuron adds what has arrived, and is compared; its potential is read and written from the second update on.
  const { neurons, state } = prices.neurons(
    updates,
    { additions: 2 * updates, multiplications: 0 },
    2 * Math.max(updates - targets, 0),
  );
  return (
    prices.spikes(accumulations, scaling) +
    prices.dense(macs) +
    fetched +
    neurons +
    state +
    prices.spikeTransfer(fetches, payloadBits)
  );
}

function add(a: SimulatedLayer, b: SimulatedLayer | undefined): SimulatedLayer {
  if (!b) return a;
  return {
    operator: a.operator,
    cycles: a.cycles + b.cycles,
    queueDepth: Math.max(a.queueDepth, b.queueDepth),
    fetches: a.fetches + b.fetches,
    accumulations: a.accumulations + b.accumulations,
    macs: a.macs + b.macs,
    updates: a.updates + b.updates,
    nanojoules: a.nanojoules + b.nanojoules,
  };
}

function meanOf(sum: SimulatedLayer, samples: number): SimulatedLayer {
  return {
    ...sum,
    cycles: sum.cycles / samples,
    fetches: sum.fetches / samples,
    accumulations: sum.accumulations / samples,
    macs: sum.macs / samples,
    updates: sum.updates / samples,
    nanojoules: sum.nanojoules / samples,
  };
}

const nothing = {
  cycles: 0,
  queueDepth: 0,
  fetches: 0,
  accumulations: 0,
  macs: 0,
  updates: 0,
  nanojoules: 0,
};

function totalOf(layers: readonly SimulatedLayer[]): Omit<SimulatedLayer, 'operator'> {
  const { operator: _, ...total } = layers.reduce((sum, each) => add(each, sum), {
    operator: '',
    ...nothing,
  } as SimulatedLayer);
  return total;
}
