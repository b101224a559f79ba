import { countOperations, operationsOf } from '../energy/count-operations.ts';
import { int8In45nm } from '../energy/devices/45nm-int8.ts';
import { spinnaker2 } from '../energy/devices/spinnaker-2.ts';
import { totalEnergy } from '../energy/energy-breakdown.ts';
import { quantisedEstimate } from '../energy/source-estimate.ts';
import { summariseEnergy } from '../energy/summarise-energy.ts';
import { engines } from '../engines/engines.ts';
import { planRun } from '../engines/plan-run.ts';
import type { InputTensor } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { inlineFunctions } from '../passes/inline-functions.ts';
import { runPasses } from '../passes/run-passes.ts';
import type { Activity } from '../results/activity.ts';
import { besideSource, type ComparedNetwork } from '../sessions/compared-network.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import type { ComplexVector } from '../signals/complex-matrix.ts';
import { countOf } from '../signals/sensor-array.ts';
import { spikingNetwork } from '../spiking/network-kind.ts';
import { unfoldConvolutions } from '../training/networks/unfold-convolutions.ts';
import {
  estimateOf,
  type Observed,
  type RetrievalArray,
  type RetrievalMethod,
  type SpikingCost,
} from './retrieval-method.ts';
import { convertForms, type SpikingForm, spikingForms } from './spiking-forms.ts';
import { runUnrolled, type UnitCode } from './unit-codes.ts';
import type { UnrolledLayer } from './unrolled-weights.ts';

/**
 * The network as standard operators, couplings as products with their Toeplitz matrices: nothing is multiplied with the zeros around a
 * convolution, and nothing counted.
 */
export function productForm(source: Model): Model {
  const { model } = runPasses(source, [unfoldConvolutions, inlineFunctions]);
  return model;
}

/** Snapshots as one batch for a network, [N, 2, …sensors]. */
function snapshotBatch({ sensors }: RetrievalArray, snapshots: readonly ComplexVector[]): InputTensor {
  const size = countOf(sensors);
  const data = new Float32Array(2 * size * snapshots.length);
  for (const [i, { re, im }] of snapshots.entries()) {
    data.set(re, 2 * size * i);
    data.set(im, 2 * size * i + size);
  }
  return { shape: [snapshots.length, 2, ...sensors], data };
}

/** Spectra from a network's answers, [N, 2, …grid]. */
function spectraOf({ grid }: RetrievalArray, data: Float32Array, count: number): ComplexVector[] {
  const size = countOf(grid);
  return Array.from({ length: count }, (_, i) => ({
    re: Float64Array.from(data.subarray(2 * size * i, 2 * size * i + size)),
    im: Float64Array.from(data.subarray(2 * size * i + size, 2 * size * (i + 1))),
  }));
}

function estimatesOf(
  array: RetrievalArray,
  spectra: readonly ComplexVector[],
  observed: readonly Observed[],
) {
  return observed.map((each, i) => estimateOf(array, spectra[i]!, each));
}

/** The unconverted network. */
export async function sourceMethod(array: RetrievalArray, source: Model): Promise<RetrievalMethod> {
  const { synaptic } = await countOperations(source);
  const session = await OrtSession.create(source);
  const [input, output] = [source.graph.inputs[0]!.name, source.graph.outputs[0]!.name];
  return {
    name: 's-lista',
    summary: 'the unrolled network, unconverted',
    kind: 'network',
    operations: synaptic.reduce((sum, { macs }) => sum + macs, 0),
    async estimate(observed) {
      const { shape, data } = snapshotBatch(
        array,
        observed.map(({ snapshot }) => snapshot),
      );
      const answers = await session.run(
        new Map([[input, { shape: [...shape], data: data as Float32Array }]]),
      );
      const answer = lookUp(answers, output, 'output');
      return estimatesOf(array, spectraOf(array, answer.data as Float32Array, observed.length), observed);
    },
    close: () => session.release(),
  };
}

/** All spiking forms of a network whose neurons are those of conversion methods. */
export async function spikingMethods(
  array: RetrievalArray,
  source: Model,
  calibration: readonly ComplexVector[],
): Promise<RetrievalMethod[]> {
  const models = await convertForms(source, spikingForms, snapshotBatch(array, calibration));
  const methods: RetrievalMethod[] = [];
  for (const form of spikingForms) {
    methods.push(await spikingMethod(array, form, lookUp(models, form.name, 'model of form')));
  }
  return methods;
}

async function spikingMethod(
  array: RetrievalArray,
  form: SpikingForm,
  model: Model,
): Promise<RetrievalMethod> {
  const network = spikingNetwork(model);
  const engine = await engines.fast(planRun(network, { steps: form.steps, statistics: true }), {
    threads: 1,
  });
  const compared = await besideSource(network);
  const tally = new Tally(compared, form.bits);
  return {
    name: form.name,
    summary: form.summary,
    kind: 'spiking',
    operations: null,
    async estimate(observed) {
      const { logits, activity } = await engine.run(
        snapshotBatch(
          array,
          observed.map(({ snapshot }) => snapshot),
        ),
      );
      if (activity) tally.add(activity, observed.length);
      const last = logits.data.subarray(logits.data.length - logits.data.length / form.steps) as Float32Array;
      return estimatesOf(array, spectraOf(array, last, observed.length), observed);
    },
    cost: () => tally.cost(),
    close: () => engine.close(),
  };
}

/** Spikes of some runs, and what they cost. */
class Tally {
  readonly #network: ComparedNetwork;
  readonly #bits: number;
  #activity: Activity | undefined;
  #snapshots = 0;

  constructor(network: ComparedNetwork, bits: number) {
    this.#network = network;
    this.#bits = bits;
  }

  add(activity: Activity, snapshots: number): void {
    this.#snapshots += snapshots;
    this.#activity = this.#activity ? sumOf(this.#activity, activity) : activity;
  }

  cost(): SpikingCost | undefined {
    if (!this.#activity) return undefined;
    return spikingCost(this.#network, this.#activity, this.#snapshots, this.#bits);
  }
}

function sumOf(a: Activity, b: Activity): Activity {
  const sums = (one: Activity['spikes'], other: Activity['spikes']) =>
    Object.fromEntries(
      Object.entries(one).map(([name, counts]) => [
        name,
        counts.map((count, t) => count + (other[name]?.[t] ?? 0)),
      ]),
    );
  return { ...a, spikes: sums(a.spikes, b.spikes), inputs: sums(a.inputs, b.inputs) };
}

/** @param bits that the spikes of a part carry */
function spikingCost(
  network: ComparedNetwork,
  activity: Activity,
  snapshots: number,
  bits: number,
): SpikingCost {
  const { steps } = summariseEnergy(network, activity, snapshots, undefined);
  const full = steps.at(-1)?.full ?? [];
  const quantised = totalEnergy(quantisedEstimate(operationsOf(network.source), () => bits));
  const units = network.sites.reduce((sum, { shape }) => sum + countOf(shape) / 2, 0);
  const spikes = Object.values(activity.spikes)
    .flat()
    .reduce((sum, count) => sum + count, 0);
  return {
    spikesPerUnit: spikes / snapshots / units,
    energy: [int8In45nm.name, spinnaker2.name].flatMap((device) => {
      const found = full.find((each) => each.device === device);
      if (!found) return [];
      const { nanojoules, ratio } = found;
      const equalBitsRatio = device === int8In45nm.name ? nanojoules / quantised : null;
      return [{ device, nanojoules, ratio, equalBitsRatio }];
    }),
  };
}

/** A network whose units tell their values in another way, computed in float64. */
export function codedMethod(
  array: RetrievalArray,
  layers: readonly UnrolledLayer[],
  code: UnitCode,
  { name, summary }: { readonly name: string; readonly summary: string },
  spikes: boolean,
): RetrievalMethod {
  let [total, runs] = [0, 0];
  const units = countOf(array.grid) * (layers.length - 1);
  return {
    name,
    summary,
    kind: 'spiking',
    operations: null,
    estimate: async (observed) =>
      observed.map((each) => {
        const answer = runUnrolled(layers, each.snapshot, code);
        // What the last layer tells is the answer: nothing is coupled by it.
        total += answer.spikes.slice(0, -1).reduce((sum, count) => sum + count, 0);
        runs++;
        return estimateOf(array, answer.x, each);
      }),
    ...(spikes && { cost: () => ({ spikesPerUnit: total / runs / units, energy: [] }) }),
  };
}
