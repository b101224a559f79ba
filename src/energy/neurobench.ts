import { constantTensor } from '../analysis/constant-tensor.ts';
import { tensorsOf } from '../formats/onnx/encode-model.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Activity } from '../results/activity.ts';
import type { NeurobenchResult } from '../results/neurobench-result.ts';
import type { ComparedNetwork } from '../sessions/compared-network.ts';
import { timelineOf } from '../spiking/timeline.ts';
import { operationsOf } from './count-operations.ts';
import { operatorActivities } from './ecmt-ratio.ts';
import { ofEachRun } from './single-runs.ts';
import { siteCarrying } from './site-carrying.ts';

/** Bytes of a number of a neuron's state. */
const stateBytes = 4;

/** An operator as NeuroBench counts it. */
export interface CountedOperator {
  /** Multiply-accumulations of an image and step with nothing zero. */
  readonly macs: number;
  /** Operations with non-zero inputs at each time-step, the hidden ones first, of an image. */
  readonly operations: readonly number[];
  /** Share of its weights that is not zero; 1 for a product of activations. */
  readonly weightDensity: number;
  /** Whether its inputs are spikes of one size, so that it adds and need not multiply. */
  readonly accumulates: boolean;
}

/**
 * The metrics of NeuroBench's algorithm track (Yik et al., The NeuroBench framework for benchmarking neuromorphic computing algorithms and
 * systems, Nature Communications 2025, arXiv:2304.04640): footprint, connection sparsity, activation sparsity, and synaptic operations.
 *
 * Differs from the paper: effective operations are inputs × fan-out × the operator's share of non-zero weights, not counted pair by pair;
 * inputs that are no spikes count as non-zero; several spikes of a neuron in one step make up for silent ones.
 *
 * @param activity spikes, summed over `images`
 */
export function neurobench(network: ComparedNetwork, activity: Activity, images: number): NeurobenchResult {
  const { model, operators } = network.source;
  const weights = new Map(
    operators.map(({ node, weights: own }) => {
      const tensors = own.flatMap(({ value }) => constantTensor(model.graph, value) ?? []);
      return [node.name, countZeros(tensors)] as const;
    }),
  );
  const all = [...weights.values()];
  const [zeros, elements] = [total(all.map((each) => each.zeros)), total(all.map((each) => each.elements))];
  const neurons = total(network.sites.map(({ shape }) => sizeOf(shape)));
  const steps = ofEachRun(timelineOf(network.sites), activity, (each) => {
    const counted = countedOperators(network, each, images, (name) => density(weights.get(name)));
    const spikes = Object.values(each.spikes);
    return stepMetrics(counted, each.hiddenSteps).map((operations, t) => {
      const emitted = total(
        spikes.map((counts) => total(counts.slice(each.hiddenSteps, each.hiddenSteps + t + 1))),
      );
      const rate = emitted / (neurons * images * (t + 1));
      return { activationSparsity: Math.max(0, 1 - rate), ...operations };
    });
  });
  return {
    footprint: footprintOf(network),
    connectionSparsity: elements === 0 ? 0 : zeros / elements,
    steps,
  };
}

/** Synaptic operations of runs of 1, 2, … steps; hidden steps belong to the first. */
export function stepMetrics(
  operators: readonly CountedOperator[],
  hiddenSteps: number,
): { readonly dense: number; readonly effectiveMacs: number; readonly effectiveAcs: number }[] {
  const steps = (operators[0]?.operations.length ?? 0) - hiddenSteps;
  return Array.from({ length: Math.max(0, steps) }, (_, t) => {
    const run = hiddenSteps + t + 1;
    const effective = (accumulates: boolean) =>
      total(
        operators
          .filter((each) => each.accumulates === accumulates)
          .map(({ operations, weightDensity }) => weightDensity * total(operations.slice(0, run))),
      );
    return {
      dense: run * total(operators.map(({ macs }) => macs)),
      effectiveMacs: effective(false),
      effectiveAcs: effective(true),
    };
  });
}

function countedOperators(
  network: ComparedNetwork,
  activity: Activity,
  images: number,
  densityOf: (operator: string) => number,
): CountedOperator[] {
  const { synaptic } = operationsOf(network.source);
  const siteOf = siteCarrying(network.sites);
  const activities = new Map(
    operatorActivities(synaptic, activity, siteOf, images).map((each) => [each.name, each]),
  );
  const sizes = new Map(
    network.sites.map(({ name, neuron, attributes }) => [name, neuron.levels(attributes).length]),
  );
  const runs = Object.values(activity.spikes)[0]?.length ?? 0;
  return synaptic.map(({ name, macs, operands }) => {
    const own = activities.get(name);
    const carried = operands.map(({ value }) => siteOf(name, value));
    // A product of two spike trains is three: of both increments, and of each with what the other has accumulated.
    const parts = activity.products[name] ? 3 : 1;
    return {
      macs: parts * macs,
      // The first operator reads the image at every step.
      operations: own ? own.operations.map((count) => count / images) : new Array<number>(runs).fill(macs),
      weightDensity: densityOf(name),
      accumulates:
        own !== undefined &&
        !own.dense &&
        carried.every((site) => site !== undefined && sizes.get(site) === 1),
    };
  });
}

interface Zeros {
  readonly zeros: number;
  readonly elements: number;
}

/** Weights are read one tensor after the other: all of a large network do not fit into memory. */
function countZeros(tensors: readonly Tensor[]): Zeros {
  let [zeros, elements] = [0, 0];
  for (const tensor of tensors) {
    const numbers = tensor.toFloat32();
    elements += numbers.length;
    for (const number of numbers) if (number === 0) zeros++;
  }
  return { zeros, elements };
}

function density(of: Zeros | undefined): number {
  return of && of.elements > 0 ? 1 - of.zeros / of.elements : 1;
}

function footprintOf({ model, sites }: ComparedNetwork): number {
  const constants = total([...tensorsOf(model.graph)].map(({ byteLength }) => byteLength));
  const state = total(sites.map(({ neuron, shape }) => stateBytes * neuron.state.length * sizeOf(shape)));
  return constants + state;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
