import type { Placement } from '../analysis/placement.ts';
import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';

/** Neurons side by side in {@link oneSite}. */
export const width = 5;

/** A network of one neuron site and nothing else: what goes in at every step is x [N, 5]. */
export function oneSite(neuron: AnyNeuron, opset: number, parameters: Parameters, steps: number): Model {
  const graph = new Graph('one-site');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', width] }]);
  graph.append(node('Identity', ['x'], ['carried']), node('Identity', ['carried'], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', width] }]);
  const place: Placement = { name: 'site', value: 'carried', readers: [{ node: 'y', input: 0 }] };
  const spec = { neuron, attributes: neuron.attributes.parse({}), parameters };
  return toSpikingForm(new Model(graph, opset), [{ ...place, ...spec }], steps);
}

/** Inputs of both signs and all sizes, away from ties, where float32 and float64 would rightly part. */
export function inputsAwayFromTies(rows: number): FloatTensor {
  const data = Float32Array.from(
    { length: rows * width },
    (_, i) => Math.sin(i * i + 1) * Math.SQRT2 * 2 ** ((i % 7) - 4) + 1e-4,
  );
  return { shape: [rows, width], data };
}
