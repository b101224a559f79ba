import { RuntimeError } from '../errors.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { exposeValues } from './expose-values.ts';
import type { FloatTensor } from './float-tensor.ts';
import { OrtSession } from './ort-session.ts';

/**
 * Shapes of values of a network for one image, found by running it on zeros: what ONNX Runtime computes is right
 * for every operator and every way of writing shapes.
 *
 * @param inputShapes shapes of inputs by name for those with unknown lengths beside the batch
 * @returns shapes by value name; the batch axis has length 1
 * @throws RuntimeError if a length other than the batch is unknown
 */
export async function measureShapes(
  model: Model,
  values: Iterable<string>,
  inputShapes: ReadonlyMap<string, readonly number[]> = new Map(),
): Promise<Map<string, readonly number[]>> {
  const session = await OrtSession.create(exposeValues(model, values), { optimise: 'none' });
  try {
    const inputs = model.graph.inputs.map(({ name, shape }): [string, FloatTensor] => {
      const fixed = inputShapes.get(name) ?? oneImage(name, shape);
      return [name, { shape: fixed, data: new Float32Array(fixed.reduce((a, b) => a * b, 1)) }];
    });
    const outputs = await session.run(new Map(inputs));
    return new Map([...outputs].map(([name, { shape }]) => [name, shape]));
  } finally {
    await session.release();
  }
}

/** The shape of a batch of one image. @throws RuntimeError if lengths beside the batch are unknown */
export function oneImage(name: string, shape: readonly Dimension[] | undefined): number[] {
  const lengths = shape?.map((length, axis) => (axis === 0 ? 1 : length));
  if (lengths?.every((length) => typeof length === 'number')) return lengths as number[];
  throw new RuntimeError({
    where: `input '${name}'`,
    expected: 'known lengths on every axis but the batch',
    got: shape ? printShape(shape) : 'an unknown shape',
    remedy: 'Export the model with a fixed image size',
  });
}
