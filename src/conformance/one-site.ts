import type { Placement } from '../analysis/placement.ts';
import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { giveTimeAxis, type Presentation } from '../spiking/inputs-over-time.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';

/** Neurons side by side in {@link oneSite}. */
export const width = 5;

/**
 * A network of one neuron site and nothing else: what goes in at every step is x [N, 5].
 *
 * @param presentation gives x a time axis, [N, T, 5], and says what the neurons see of it. Default: x is constant over time
 */
export function oneSite(
  neuron: AnyNeuron,
  opset: number,
  parameters: Parameters,
  steps: number,
  presentation?: Presentation,
): Model {
  const graph = new Graph('one-site');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', width] }]);
  graph.append(node('Identity', ['x'], ['carried']), node('Identity', ['carried'], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', width] }]);
  const place: Placement = { name: 'site', value: 'carried', readers: [{ node: 'y', input: 0 }] };
  const spec = { neuron, attributes: neuron.attributes.parse({}), parameters };
  const still = new Model(graph, opset);
  const source = presentation ? giveTimeAxis(still, { x: presentation }) : still;
  return toSpikingForm(source, [{ ...place, ...spec }], steps);
}

/** Inputs of both signs and all sizes, away from ties, where float32 and float64 would rightly part. */
export function inputsAwayFromTies(rows: number): FloatTensor {
  const data = Float32Array.from(
    { length: rows * width },
    (_, i) => Math.sin(i * i + 1) * Math.SQRT2 * 2 ** ((i % 7) - 4) + 1e-4,
  );
  return { shape: [rows, width], data };
}
