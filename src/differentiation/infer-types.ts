import { GraphError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession } from '../sessions/ort-session.ts';

/** Element type and fixed shape of a value. */
export interface ValueType {
  readonly dataType: DataType;
  readonly shape: readonly number[];
}

/**
 * Types of all values of a model whose inputs have fixed shapes, as ONNX Runtime infers them; nothing is computed.
 *
 * @returns element type and shape by value name: inputs, constants and outputs of all nodes
 * @throws GraphError that lists the values whose shape depends on the data
 */
export async function inferTypes(model: Model): Promise<Map<string, ValueType>> {
  const { graph } = model;
  const types = new Map<string, ValueType>();
  const open: string[] = [];
  const note = (name: string, dataType: DataType | undefined, shape: readonly unknown[] | undefined) => {
    if (dataType && shape?.every((length) => typeof length === 'number')) {
      types.set(name, { dataType, shape: shape as number[] });
    } else open.push(`'${name}': ${dataType ?? 'unknown type'}${shape ? printShape(shape as never) : ''}`);
  };
  for (const { name, dataType, shape } of graph.inputs) note(name, dataType, shape);
  for (const [name, tensor] of graph.initializers) note(name, tensor.dataType, tensor.shape);
  const written = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  const exposed = exposeValues(model, written, false);
  const session = await OrtSession.create(exposed, { optimise: 'none' });
  try {
    for (const { name, dataType, shape } of session.outputs) note(name, dataType, shape);
  } finally {
    await session.release();
  }
  if (open.length > 0) {
    throw new GraphError({
      where: `infer types: graph '${graph.name}'`,
      expected: 'shapes that follow from those of the inputs',
      got: open.slice(0, 10).join(', '),
      remedy: 'Fix the shapes of all inputs, and remove operators whose shape depends on the data',
    });
  }
  return types;
}
