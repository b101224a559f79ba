import type { Placement } from '../analysis/placement.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { domain, domainVersion, stepsName } from './domain.ts';
import { insertNeuron, isNeuron, type NeuronSpec, setSteps } from './neuron-node.ts';
import { closeTimeAxis, openTimeAxis, timeAxisFunctions } from './time-axis.ts';

/** Lowest version of the ONNX file format that knows functions. */
const functionsSince = 8;

/**
 * Makes the spiking form of a model: every input is presented at T time-steps, neurons stand at the given places,
 * every output gets a leading time axis: [T, N, …]. Everything between is the source network, evaluated on running
 * means, T steps as one batch.
 *
 * @param source a model whose inputs and outputs have the batch as their leading axis; it is not changed
 * @param specs neurons by place name
 */
export function toSpikingForm(
  source: Model,
  places: readonly Placement[],
  specs: ReadonlyMap<string, NeuronSpec>,
  steps: number,
): Model {
  const model = source.clone();
  const { graph } = model;
  model.irVersion = Math.max(model.irVersion, functionsSince);
  setSteps(model, steps);
  const byName = new Map(graph.nodes.map((each) => [each.name, each]));
  for (const place of places) {
    const readers = place.readers.map(({ node: name, input }) => ({ node: byName.get(name)!, input }));
    insertNeuron(model, place.name, place.value, readers, specs.get(place.name)!);
  }
  openInputs(model);
  closeOutputs(model);
  model.opsets.set(domain, domainVersion);
  model.functions.push(...timeAxisFunctions(model.opset));
  return model;
}

function openInputs({ graph }: Model): void {
  for (const { name } of graph.inputs) {
    const repeated = graph.freshName(`${name}.overTime`);
    graph.redirectConsumers(name, repeated);
    graph.prepend(node(openTimeAxis, [name, stepsName], [repeated], {}, { domain }));
  }
}

function closeOutputs({ graph }: Model): void {
  graph.outputs = graph.outputs.map((info) => {
    const merged = graph.freshName(`${info.name}.merged`);
    const producer = graph.producerOf(info.name)!;
    producer.outputs = producer.outputs.map((name) => (name === info.name ? merged : name));
    graph.setNodes(graph.nodes);
    graph.redirectConsumers(info.name, merged);
    graph.append(node(closeTimeAxis, [merged, stepsName], [info.name], {}, { domain }));
    return { ...info, shape: info.shape && ['steps', ...info.shape] };
  });
}

/**
 * The network a spiking model came from: neurons become identities and the time axis goes away.
 * For a model that does not spike, a copy.
 */
export function toSourceForm(spiking: Model): Model {
  const model = spiking.clone();
  const { graph } = model;
  for (const each of [...graph.nodes]) {
    if (each.domain !== domain) continue;
    if (isNeuron(each) || each.opType === openTimeAxis) {
      graph.redirectConsumers(each.outputs[0]!, each.inputs[0]!);
      graph.removeNode(each);
    } else if (each.opType === closeTimeAxis) {
      graph.replaceNode(
        each,
        node('Identity', [each.inputs[0]!], [each.outputs[0]!], {}, { name: each.name }),
      );
    }
  }
  const spikes = spiking.graph.initializers.has(stepsName);
  if (spikes) graph.outputs = graph.outputs.map((info) => ({ ...info, shape: info.shape?.slice(1) }));
  graph.removeDeadNodes();
  model.functions = model.functions.filter((each) => each.domain !== domain);
  model.opsets.delete(domain);
  return model;
}
