import { constantValues } from '../analysis/constant-values.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { lookUp } from '../look-up.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { sampleShapes } from '../sessions/input-lengths.ts';
import { withKnownLengths } from '../sessions/known-lengths.ts';
import { feedsOf, OrtSession } from '../sessions/ort-session.ts';
import { sampleInputs } from '../sessions/sample-inputs.ts';

/**
 * A copy of a model for one image, or for inputs of given shapes, in which all values that follow from shapes and constants alone are constants, so that the shapes of all
 * values follow from those of the inputs. Exporters compute, for example, how often a class token is to be repeated.
 *
 * @param given shapes of all inputs by name. Default: those of one image
 */
export const freezeShapes = definePass({
  name: 'freeze-shapes',
  summary: 'What follows from shapes and constants alone becomes constant, for one image.',
  rewrites: 'copy',
  async apply(model: Model, given?: ReadonlyMap<string, readonly number[]>): Promise<Model> {
    const copy = model.clone();
    const { graph } = copy;
    const shapes = given ?? sampleShapes(await withKnownLengths(model));
    graph.setInputs(
      graph.inputs.map((info) => ({ ...info, shape: lookUp(shapes, info.name, 'shape of input') })),
    );
    graph.setOutputs(graph.outputs.map((info) => ({ ...info, shape: undefined })));
    const measured = shapeValues(copy);
    if (measured.length === 0) return copy;
    const session = await OrtSession.create(exposeValues(copy, measured, false), { optimise: 'none' });
    try {
      const results = await session.runTensors(feedsOf(graph, sampleInputs(graph, shapes)));
      for (const name of measured) {
        const { type, dims, data } = results[name]!;
        if (type !== 'int64' && type !== 'float32') continue;
        const producer = graph.producerOf(name)!;
        const tensor =
          type === 'int64'
            ? Tensor.int64([...dims], Array.from(data as BigInt64Array, Number))
            : Tensor.float32([...dims], data as Float32Array);
        const frozen = graph.addInitializer(`${name}.frozen`, tensor);
        graph.redirectConsumers(name, frozen);
        if (producer.outputs.length === 1) graph.removeNode(producer);
      }
    } finally {
      await session.release();
    }
    graph.removeDeadNodes();
    return copy;
  },
});

/** Values that depend on shapes and constants only, and are read by something that depends on more. */
function shapeValues({ graph }: Model): string[] {
  const constant = constantValues(graph);
  const known = new Set<string>();
  for (const { opType, inputs, outputs, attributes } of graph.nodes) {
    const given = inputs.filter((name) => name !== '' && !constant.has(name));
    const follows = given.length > 0 && given.every((name) => known.has(name)) && !isFilling(attributes);
    if (opType === 'Shape' || follows) for (const name of outputs) known.add(name);
  }
  const produces = (outputs: readonly string[]) => outputs.some((name) => known.has(name));
  return [...known].filter((name) => graph.consumersOf(name).some(({ outputs }) => !produces(outputs)));
}

/** Whether an operator fills a tensor with a fraction: its shape is worth keeping, its elements are many. */
function isFilling(attributes: Node['attributes']): boolean {
  const value = attributes.get('value');
  return value?.kind === 'tensor' && value.value.dataType === 'float32';
}
