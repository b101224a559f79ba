import { GraphError } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import { describeNode, type Node, node } from '../graph/node.ts';
import { mustExist } from '../look-up.ts';
import { removeCorrections } from './bias-correction.ts';
import { domain, domainVersion, stepsName } from './domain.ts';
import { removeFewBitWeights } from './few-bit-weights.ts';
import { inputsOverTime, restoreMean } from './inputs-over-time.ts';
import { insertNeurons, type PlacedNeurons, setSteps, sitesOf } from './neuron-node.ts';
import { presentInputs } from './present-inputs.ts';
import { restoreActivation } from './restore-activation.ts';
import {
  closeTimeAxis,
  closingAttributes,
  openTimeAxis,
  presentsOverTime,
  timeAxisFunctions,
} from './time-axis.ts';
import { requireKnown } from './unknown-neuron.ts';

/** Lowest version of the ONNX file format that knows functions. */
const functionsSince = 8;

/**
 * Makes the spiking form of a model: every input is presented at T time-steps, one with a time axis as what has come of it up to there
 * (see giveTimeAxis), neurons stand at the given places, every output gets a leading time axis: [T, N, …]. Everything between is the source network, evaluated on running
 * means, T steps as one batch. Neurons that rehearse get hidden steps before step 1, which no output shows.
 *
 * @param source a model whose inputs and outputs have the batch as their leading axis; it is not changed
 * @param placed places in topological order with their neurons
 */
export const toSpikingForm = definePass({
  name: 'spiking-form',
  summary:
    'Inputs are presented at T time-steps, neurons stand at the sites, outputs get a leading time axis.',
  rewrites: 'copy',
  apply(source: Model, placed: readonly PlacedNeurons[], steps: number): Model {
    const model = source.clone();
    const { graph } = model;
    model.irVersion = Math.max(model.irVersion, functionsSince);
    setSteps(model, steps);
    const byName = new Map(graph.nodes.map((each) => [each.name, each]));
    for (const each of placed) {
      insertNeurons(model, each, (name) => byName.get(name) ?? missingReader(each, name));
    }
    // Activation functions in whose place neurons stand now have no readers left.
    graph.removeDeadNodes();
    const hidden = hiddenSteps(model);
    requireReadersOfCurrents(model);
    presentInputs(model, hidden);
    closeOutputs(model, hidden);
    setSteps(model, steps);
    model.opsets.set(domain, domainVersion);
    model.functions.push(...timeAxisFunctions(model.opset, hidden));
    return model;
  },
});

function missingReader(site: PlacedNeurons, name: string): never {
  throw new GraphError({
    where: `site '${site.name}'`,
    expected: `its reader, a node '${name}'`,
    got: 'no such node',
    remedy: 'Place the site in the graph that it is to stand in',
  });
}

/** The hidden steps that the neurons ask for. @throws GraphError unless all ask for the same number */
function hiddenSteps(model: Model): number {
  const sites = sitesOf(model).map(({ name, neuron, attributes }) => ({
    name,
    hidden: neuron.rehearsal?.steps(attributes) ?? 0,
  }));
  const wanted = sites[0]?.hidden ?? 0;
  const other = sites.find(({ hidden }) => hidden !== wanted);
  if (!other) return wanted;
  throw new GraphError({
    where: `site '${other.name}'`,
    expected: `${wanted} hidden steps, as at site '${sites[0]!.name}'`,
    got: `${other.hidden}`,
    remedy: 'Give all neurons of a network the same number of hidden steps',
  });
}

/** A neuron that takes what it reads for a running mean makes nonsense of currents. */
function requireReadersOfCurrents(model: Model): void {
  const input = [...inputsOverTime(model)].find(([, presentation]) => presentation === 'current')?.[0];
  const other = sitesOf(model).find(({ neuron }) => neuron.coding !== 'instant');
  if (input === undefined || !other) return;
  throw new GraphError({
    where: `input '${input}' as currents, site '${other.name}'`,
    expected: "neurons that read and send every step by itself, of coding 'instant'",
    got: `'${other.neuron.name}', which reads running means`,
    remedy: "Present the input as 'running-mean': leaky neurons find the currents in it by themselves",
    means: ['overTime'],
  });
}

function closeOutputs({ graph }: Model, hidden: number): void {
  graph.setOutputs(
    graph.outputs.map((info) => {
      const merged = graph.freshName(`${info.name}.merged`);
      const producer = mustExist(graph.producerOf(info.name), `producer of output '${info.name}'`);
      const outputs = producer.outputs.map((name) => (name === info.name ? merged : name));
      graph.update(producer, { outputs });
      graph.redirectConsumers(info.name, merged);
      graph.append(
        node(closeTimeAxis, [merged, stepsName], [info.name], closingAttributes(hidden), {
          domain,
          name: `${info.name}.${closeTimeAxis}`,
        }),
      );
      return { ...info, shape: info.shape && ['steps', ...info.shape] };
    }),
  );
}

/**
 * A spiking model whose neurons pass their input on unchanged, or as the activation function they stand for maps it, and
 * which corrects nothing and has the source network's weights; the time axis stays.
 */
export const withoutNeurons = definePass({
  name: 'without-neurons',
  summary:
    'Neurons are replaced by what they stand for, corrections and weights in few bits are taken out; the time axis stays.',
  rewrites: 'copy',
  apply(spiking: Model): Model {
    const model = spiking.clone();
    const { graph } = model;
    for (const { node: each, neuron, attributes } of sitesOf(model)) {
      requireKnown(neuron);
      if (graph.consumersOf(each.outputs[1]!).length > 0) throw readsSpikes(each);
      graph.redirectConsumers(each.outputs[0]!, restoreActivation(graph, each, neuron, attributes));
      graph.removeNode(each);
    }
    removeCorrections(graph);
    removeFewBitWeights(graph);
    graph.removeDeadNodes();
    return model;
  },
});

/** The network a spiking model came from: no neurons, no time axis. For a model that does not spike, a copy. */
export const toSourceForm = definePass({
  name: 'source-form',
  summary: 'Neurons, corrections, weights in few bits and the time axis are taken out.',
  rewrites: 'copy',
  apply(spiking: Model): Model {
    const model = withoutNeurons(spiking);
    const { graph } = model;
    for (const each of graph.nodes.filter((candidate) => candidate.domain === domain)) {
      const [input, output] = [each.inputs[0]!, each.outputs[0]!];
      if (presentsOverTime(each)) {
        restoreMean(model, each);
      } else if (each.opType === openTimeAxis) {
        graph.redirectConsumers(output, input);
        graph.removeNode(each);
      } else {
        graph.replaceNode(each, node('Identity', [input], [output], {}, { name: each.name }));
      }
    }
    if (graph.initializers.has(stepsName)) {
      graph.setOutputs(graph.outputs.map((info) => ({ ...info, shape: info.shape?.slice(1) })));
    }
    graph.removeDeadNodes();
    model.functions = model.functions.filter((each) => each.domain !== domain);
    model.opsets.delete(domain);
    return model;
  },
});

function readsSpikes(of: Node): GraphError {
  return new GraphError({
    where: describeNode(of),
    expected: 'a neuron whose running means are read',
    got: 'readers of its single spikes, as in the binary-spike form',
    remedy: 'Use the spiking model that this one was exported from',
  });
}
