import { logitsOf } from '../analysis/logits-of.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { parameterRuns } from '../engines/segmented/parameter-runs.ts';
import { definePass } from '../graph/define-pass.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Graph } from '../graph/graph.ts';
import { type InputBatch, samplesOf, withInputs } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { lookUp, mustExist } from '../look-up.ts';
import { outputSums } from '../metrics/output-error.ts';
import type { ComparedNetwork } from '../sessions/compared-network.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
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
  { model, steps, hiddenSteps, sites, source }: ComparedNetwork,
  images: InputBatch,
  { threads = 1 }: ObserveNetworkOptions = {},
): Promise<Map<string, number>> {
  const { model: network, inputs } = withErrorInputs(model, sites);
  const disturbances = sites.map(
    (site): Disturbance => ({ site, input: lookUp(inputs, site.name, 'error input of site'), squares: 0 }),
  );
  const values = sites.flatMap(({ value, carried }) => [value, carried]);
  const observed = await OrtSession.create(exposeValues(source.model, values), { threads });
  const disturbed = await OrtSession.create(network, { threads });
  const [image, logits] = [network.graph.inputs[0]!.name, logitsOf(network).name];
  const noError = Object.fromEntries(disturbances.map(({ input }) => [input, zero]));
  let power = 0;
  try {
    for (const input of samplesOf(images)) {
      const seen = await observed.run(input);
      const right = lookUp(seen, logits, 'output').data;
      power += outputSums(right, right)[1];
      for (const each of disturbances) {
        const error = errorAlone(each.site, seen, hiddenSteps, steps);
        const feeds = withInputs(input, image, { ...noError, [each.input]: error });
        const wrong = lookUp(await disturbed.run(feeds), logits, 'output').data;
        each.squares += outputSums(wrong, right)[0];
      }
    }
  } finally {
    await observed.release();
    await disturbed.release();
  }
  return new Map(
    disturbances.map(({ site, squares }) => [site.name, power > 0 ? Math.sqrt(squares / power) : 0]),
  );
}

const zero: FloatTensor = { shape: [], data: new Float32Array(1) };

/** What a site does when it spikes alone. */
interface Disturbance {
  readonly site: Site;
  /** Input of the network that takes its error. */
  readonly input: string;
  /** Squared distance of the logits, summed over the images. */
  squares: number;
}

/** The source network with an input for each site, whose numbers are added to what the readers of its neurons read. */
const withErrorInputs = definePass({
  name: 'error-inputs',
  summary: 'Neurons go, and at each site an input is added to what its readers read.',
  rewrites: 'copy',
  apply(spiking: Model, sites: readonly Site[]): { model: Model; inputs: ReadonlyMap<string, string> } {
    const copy = spiking.clone();
    const inputs = new Map(sites.map((site) => [site.name, addError(copy.graph, site)]));
    return { model: toSourceForm(copy), inputs };
  },
});

/** @returns the name of the new input */
function addError(graph: Graph, { name, decoded }: Site): string {
  const input = graph.freshName(`${name}.error`);
  const sum = graph.freshName(`${name}.disturbed`);
  const add = node('Add', [decoded, input], [sum], {}, { name: sum });
  graph.insertAfter(mustExist(graph.producerOf(decoded), `neurons of site '${name}'`), add);
  graph.redirectConsumers(decoded, sum, new Set([add]));
  graph.addInput({ name: input, dataType: 'float32', shape: undefined });
  return input;
}

/** Decoded value after T steps of what the source network has at the site, minus the activation itself. */
function errorAlone(
  { neuron, attributes, parameters, value, carried }: Site,
  seen: ReadonlyMap<string, FloatTensor>,
  hiddenSteps: number,
  steps: number,
): FloatTensor {
  const { data: received } = lookUp(seen, value, 'value');
  const { data: wanted, shape } = lookUp(seen, carried, 'value');
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
