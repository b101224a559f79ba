import { whatIsBehind } from '../analysis/spike-sites.ts';
import { synapticOperators } from '../analysis/synaptic-operators.ts';
import { operationsOf } from '../energy/count-operations.ts';
import type { OperatorCost } from '../energy/operator-costs.ts';
import { siteCarrying } from '../energy/site-carrying.ts';
import type { Engine, Plan } from '../engines/plan-run.ts';
import { planRun } from '../engines/plan-run.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import type { SpikeOnceAttributes } from '../neurons/spike-once.ts';
import { spikeOnce } from '../neurons/spike-once.ts';
import type { ComparedNetwork, MeasuredSite } from '../sessions/compared-network.ts';
import { isSiteOf } from '../spiking/neuron-node.ts';
import { spikeAlphabet } from '../spiking/spike-alphabet.ts';
import { timelineOf, windowSlots } from '../spiking/timeline.ts';
import type { LayerTrace } from './define-chip.ts';
import { fanOut } from './fan-out.ts';
import { type ArrivalValues, observeArrivals } from './observe-arrivals.ts';

/** What a spiking network does for each sample of a batch, operator by operator. */
export interface EventTrace {
  /** By sample, then by operator in topological order. */
  readonly samples: readonly (readonly LayerTrace[])[];
  /** Outputs after the last step, [N, …]. */
  readonly logits: FloatTensor;
}

/** An operator with what does not depend on the sample. */
interface TracedOperator {
  readonly cost: OperatorCost;
  readonly arrivals: ArrivalValues | undefined;
  readonly fanOut: Float64Array;
  /** Slots in which spikes arrive: those of the window before. */
  readonly slots: number;
  readonly layer: Omit<LayerTrace, 'events' | 'macs'>;
}

/** Traces the spikes of a spiking network from operator to operator, as an engine emits them. */
export class EventTracer {
  readonly #plan: Plan;
  readonly #operators: readonly TracedOperator[];
  readonly #isOnce: boolean;
  readonly #code: SpikeOnceAttributes | undefined;
  #engine: Promise<Engine> | undefined;

  /** @param steps time-steps T, or slots of a window; default: what the model is set to */
  constructor(network: ComparedNetwork, steps = network.steps) {
    const model = network.model.clone();
    const operators = synapticOperators(model.graph);
    const arrivals = observeArrivals(model, network.sites, operators);
    const keep = [...arrivals.values()].flatMap(({ counts, told }) => [
      counts,
      ...(told ? [told.values, told.largest] : []),
    ]);
    this.#plan = planRun(model, { steps, keep });
    this.#isOnce = timelineOf(network.sites) === 'slots';
    const [first] = network.sites;
    this.#code = first && isSiteOf(first, spikeOnce) ? first.attributes : undefined;
    this.#operators = tracedOperators(network, steps, arrivals);
  }

  /** @param create makes the engine, once */
  async trace(input: InputBatch, create: (plan: Plan) => Promise<Engine> | Engine): Promise<EventTrace> {
    this.#engine ??= Promise.resolve(create(this.#plan));
    const { logits, values } = await (await this.#engine).run(input);
    const [steps = 1, samples = 1, ...rest] = logits.shape;
    const perStep = samples * sizeOf(rest);
    return {
      samples: Array.from({ length: samples }, (_, n) =>
        this.#operators.map((operator) => this.#layer(operator, values, n, samples)),
      ),
      logits: { shape: [samples, ...rest], data: logits.data.subarray((steps - 1) * perStep) },
    };
  }

  async close(): Promise<void> {
    await (await this.#engine)?.close();
  }

  #layer(
    { cost, arrivals, fanOut: synapses, slots, layer }: TracedOperator,
    values: ReadonlyMap<string, FloatTensor>,
    sample: number,
    samples: number,
  ): LayerTrace {
    // An operator that reads the picture itself works once; another one on numbers works at every step.
    if (!arrivals) return { ...layer, events: [], macs: cost.macs * (cost.first ? 1 : layer.steps) };
    const { hiddenSteps, steps } = this.#plan;
    const part = (name: string, step: number) => {
      const { data } = lookUp(values, name, 'value');
      const from = (step * samples + sample) * synapses.length;
      return data.subarray(from, from + synapses.length);
    };
    if (this.#isOnce && arrivals.told) {
      const last = hiddenSteps + steps - 1;
      const [told, largest] = [part(arrivals.told.values, last), part(arrivals.told.largest, last)];
      const events = inSlots(part(arrivals.counts, last), synapses, slots, (i) =>
        this.#slotOf((told[i] ?? 0) / (largest[i] || 1), slots),
      );
      return { ...layer, events, macs: 0 };
    }
    const events = Array.from({ length: hiddenSteps + steps }, (_, step) =>
      inSlots(part(arrivals.counts, step), synapses, 1, () => 0).flat(),
    );
    return { ...layer, events, macs: 0 };
  }

  /** The slot of a spike that tells this part of what the earliest would. */
  #slotOf(share: number, slots: number): number {
    const late =
      this.#code?.code === 'exponential'
        ? -Math.log2(share) * this.#code.slotsPerOctave
        : slots * (1 - share);
    return Math.min(Math.max(Math.round(late), 0), slots - 1);
  }
}

/** Spikes that arrive, as their numbers of synapses, slot by slot. */
function inSlots(
  counts: ArrayLike<number>,
  synapses: Float64Array,
  slots: number,
  slotOf: (element: number) => number,
): number[][] {
  const events = Array.from({ length: slots }, (): number[] => []);
  for (let i = 0; i < counts.length; i++) {
    // As engines count: a part of a spike behind pooling is one, and what exceeds a whole number by rounding is not one more.
    const arriving = Math.ceil((counts[i] ?? 0) - 1e-3);
    for (let k = 0; k < arriving; k++) events[slotOf(i)]?.push(synapses[i] ?? 0);
  }
  return events;
}

/** The site whose neurons an operator drives, by the operator's name: of several the first. */
function sitesDrivenBy({ model: { graph }, sites }: ComparedNetwork): Map<string, MeasuredSite> {
  const names = new Set(synapticOperators(graph).map(({ node }) => node.name));
  const driven = new Map<string, MeasuredSite>();
  for (const site of sites) {
    for (const name of whatIsBehind(graph, site.value, names).after) {
      if (!driven.has(name)) driven.set(name, site);
    }
  }
  return driven;
}

function tracedOperators(
  network: ComparedNetwork,
  steps: number,
  arrivals: ReadonlyMap<string, ArrivalValues>,
): TracedOperator[] {
  const { source, sites } = network;
  const nodes = new Map(source.model.graph.nodes.map((node): [string, Node] => [node.name, node]));
  const alphabets = new Map(sites.map((site) => [site.name, spikeAlphabet(site)]));
  const siteOf = siteCarrying(sites);
  const driven = sitesDrivenBy(network);
  const shapeOf = (value: string) => lookUp(source.shapes, value, 'shape of value');
  const weights = new Map(source.operators.map(({ node, weights: own }) => [node.name, own[0]?.value]));
  return operationsOf(source).synaptic.map((cost): TracedOperator => {
    const node = lookUp(nodes, cost.name, 'operator');
    const operand = cost.operands[0]?.value ?? '';
    const weight = weights.get(cost.name);
    const output = node.outputs[0] ?? '';
    const shapes = {
      operand: shapeOf(operand),
      weight: weight === undefined ? [] : shapeOf(weight),
      output: shapeOf(output),
    };
    const feeding = siteOf(cost.name, operand);
    const slots = (site: MeasuredSite | undefined) => (site ? windowSlots(site, steps) : steps);
    const alphabet =
      (feeding === undefined ? undefined : alphabets.get(feeding)) ?? [...alphabets.values()][0];
    return {
      cost,
      arrivals: arrivals.get(cost.name),
      fanOut: fanOut(node, shapes, cost.macs),
      slots: slots(sites.find(({ name }) => name === feeding)),
      layer: {
        operator: cost.name,
        targets: cost.outputs,
        scaling: alphabet?.scaling ?? 'none',
        payloadBits: alphabet?.payloadBits ?? 0,
        steps: slots(driven.get(cost.name)),
      },
    };
  });
}
