import { runNeuron } from '../dynamics/run-neuron.ts';
import { parameterRuns } from '../engines/segmented/parameter-runs.ts';
import { type FloatTensor, imagesOf } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { type Site, sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { hiddenStepsOf } from '../spiking/time-axis.ts';
import type { ObserveNetworkOptions } from './observe-network.ts';

/**
 * How far the logits are off after T steps when the neurons of one site alone spike, for every site:
 * ‖z − z₀‖ / ‖z₀‖ over all images.
 *
 * What arrives at that site is then the same at every step, so its neurons are run on a constant mean and their error is
 * added to the source network: one pass a site and image, whatever T.
 *
 * @param images [N, …], float32
 * @returns relative errors by site
 */
export async function measureLogitErrors(
  model: Model,
  images: FloatTensor,
  steps: number,
  { threads = 1 }: ObserveNetworkOptions = {},
): Promise<Map<string, number>> {
  const sites = sitesOf(model);
  const { network, errorOf } = withErrorInputs(model, sites);
  const values = sites.flatMap(({ value, carried }) => [value, carried]);
  const observed = await OrtSession.create(exposeValues(toSourceForm(model), values), { threads });
  const disturbed = await OrtSession.create(network, { threads });
  const [image, logits] = [network.graph.inputs[0]!.name, network.graph.outputs[0]!.name];
  const noError = [...errorOf.values()].map((name): [string, FloatTensor] => [name, zero]);
  const squares = new Map(sites.map(({ name }) => [name, 0]));
  let power = 0;
  try {
    for (const input of imagesOf(images)) {
      const seen = await observed.run(input);
      const right = seen.get(logits)!.data;
      power += squaredDistance(right, new Float32Array(right.length));
      for (const site of sites) {
        const error = errorAlone(site, seen, hiddenStepsOf(model), steps);
        const feeds = new Map([
          ...noError,
          [image, input] as const,
          [errorOf.get(site.name)!, error] as const,
        ]);
        const wrong = (await disturbed.run(feeds)).get(logits)!.data;
        squares.set(site.name, squares.get(site.name)! + squaredDistance(wrong, right));
      }
    }
  } finally {
    await observed.release();
    await disturbed.release();
  }
  return new Map([...squares].map(([name, sum]) => [name, power > 0 ? Math.sqrt(sum / power) : 0]));
}

const zero: FloatTensor = { shape: [], data: new Float32Array(1) };

/** The source network with an input for each site whose numbers are added to what the readers of its neurons read. */
function withErrorInputs(model: Model, sites: readonly Site[]) {
  const copy = model.clone();
  const { graph } = copy;
  const errorOf = new Map<string, string>();
  for (const { name, decoded } of sites) {
    const error = graph.freshName(`${name}.error`);
    const sum = graph.freshName(`${name}.disturbed`);
    const add = node('Add', [decoded, error], [sum], {}, { name: sum });
    graph.insertAfter(graph.producerOf(decoded)!, add);
    graph.redirectConsumers(decoded, sum, new Set([add]));
    graph.addInput({ name: error, dataType: 'float32', shape: undefined });
    errorOf.set(name, error);
  }
  return { network: toSourceForm(copy), errorOf };
}

/** Decoded value after T steps of what the source network has at the site, minus the activation itself. */
function errorAlone(
  { neuron, attributes, parameters, value, carried }: Site,
  seen: ReadonlyMap<string, FloatTensor>,
  hiddenSteps: number,
  steps: number,
): FloatTensor {
  const { data: received } = seen.get(value)!;
  const { data: wanted, shape } = seen.get(carried)!;
  const error = new Float32Array(wanted.length);
  const means = new Float64Array(hiddenSteps + steps);
  for (const { start, count, parameters: own } of parameterRuns(parameters, shape)) {
    for (let i = start; i < start + count; i++) {
      means.fill(received[i]!);
      runNeuron(neuron, attributes, own, means, (_, __, decoded) => {
        error[i] = decoded - wanted[i]!;
      });
    }
  }
  return { shape, data: error };
}

function squaredDistance(a: FloatTensor['data'], b: FloatTensor['data']): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
