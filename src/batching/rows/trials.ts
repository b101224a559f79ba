import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { exposeValues } from '../../sessions/expose-values.ts';
import { sampleInputs } from '../../sessions/sample-inputs.ts';
import { runConstants } from './run-constants.ts';

/** Every value of a network, inputs included, for each of some images. */
export type Trials = ReadonlyMap<string, readonly Tensor[]>;

/** Runs a network that takes one image on several, one after the other. */
export async function runTrials(model: Model, images: number): Promise<Trials> {
  const values = model.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name));
  const exposed = exposeValues(model, values);
  const shapes = new Map(model.graph.inputs.map(({ name, shape }) => [name, shape as number[]]));
  const trials = new Map<string, Tensor[]>();
  for (let image = 0; image < images; image++) {
    const inputs = sampleTensors(model, shapes, image);
    for (const [name, tensor] of [...inputs, ...(await runConstants(exposed, inputs))]) {
      trials.set(name, [...(trials.get(name) ?? []), tensor]);
    }
  }
  return trials;
}

/** Sample inputs as constants of a graph. @param shapes by input name */
export function sampleTensors(
  { graph }: Model,
  shapes: ReadonlyMap<string, readonly number[]>,
  sample: number,
): Map<string, Tensor> {
  const { inputs } = sampleInputs(graph, shapes, sample);
  return new Map(
    graph.inputs.map(({ name, dataType = 'float32' }) => {
      const { shape, data } = inputs[name]!;
      return [name, Tensor.of(dataType, shape, data)];
    }),
  );
}
