import { valuesWithoutImage } from '../analysis/values-without-image.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import { sampleShapes } from '../sessions/input-lengths.ts';
import { nearlyEqual } from './rows/row-form.ts';
import { runConstants } from './rows/run-constants.ts';
import { sampleTensors } from './rows/trials.ts';

/**
 * Computes what is resized of weights, such as a table of positions for another size of the image, once. In every run it would cost
 * time, and ONNX Runtime 1.30 refuses a cubic one of sizes that it has not folded itself.
 *
 * @param source inputs have known lengths beside the batch
 * @returns the model itself where there is none
 */
export const foldKnownResizes = definePass({
  name: 'fold-known-resizes',
  summary: 'Resize of what depends on no image becomes a constant.',
  rewrites: 'copy',
  async apply(source: Model): Promise<Model> {
    const { frozen } = valuesWithoutImage(source.graph);
    const resized = source.graph.nodes.filter(isResize).flatMap(({ outputs }) => outputs);
    const wanted = resized.filter((name) => frozen.has(name));
    return wanted.length === 0 ? source : withConstants(source, await valuesOfAnyBatch(source, wanted));
  },
});

function isResize({ opType, domain }: Node): boolean {
  return opType === 'Resize' && domain === '';
}

/** The values that are the same for one image and for two. */
async function valuesOfAnyBatch(source: Model, wanted: readonly string[]): Promise<Map<string, Tensor>> {
  const part = source.clone();
  part.graph.setOutputs(wanted.map((name) => ({ name, dataType: 'float32', shape: undefined })));
  part.graph.removeDeadNodes();
  const run = (batch: number) => runConstants(part, sampleTensors(part, sampleShapes(part, batch), 0));
  // A network that takes no batch of two is rewritten to work image by image, and these values then are what one image gives.
  const [one, two] = [await run(1), await run(2).catch(() => undefined)];
  return new Map([...one].filter(([name, tensor]) => !two || nearlyEqual(tensor, two.get(name)!)));
}

function withConstants(source: Model, values: ReadonlyMap<string, Tensor>): Model {
  const model = source.clone();
  for (const each of model.graph.nodes.filter(isResize)) {
    const [output] = each.outputs as [string];
    const tensor = values.get(output);
    if (!tensor) continue;
    model.graph.removeNode(each);
    model.graph.setInitializer(output, tensor);
  }
  model.graph.removeDeadNodes();
  return model;
}
