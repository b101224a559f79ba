import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { exposeValues } from '../../sessions/expose-values.ts';
import { runConstants } from './run-constants.ts';

/** Every value of a network, inputs included, for each of some images. */
export type Trials = ReadonlyMap<string, readonly Tensor[]>;

/** Runs a network that takes one image on several, one after the other. */
export async function runTrials(model: Model, images: number): Promise<Trials> {
  const values = model.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name));
  const exposed = exposeValues(model, values);
  const trials = new Map<string, Tensor[]>();
  for (let image = 0; image < images; image++) {
    const inputs = new Map(
      model.graph.inputs.map(({ name, shape }) => [name, imageLike(shape as number[], image)]),
    );
    for (const [name, tensor] of [...inputs, ...(await runConstants(exposed, inputs))]) {
      trials.set(name, [...(trials.get(name) ?? []), tensor]);
    }
  }
  return trials;
}

/** Numbers like those of a normalised picture, other ones for every image. */
export function imageLike(shape: readonly number[], image: number): Tensor {
  const size = sizeOf(shape);
  const numbers = Float32Array.from(
    { length: size },
    (_, i) => 2 * Math.sin(12.9898 * i + 78.233 * image + 1),
  );
  return Tensor.float32(shape, numbers);
}
