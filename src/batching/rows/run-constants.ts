import { definePass } from '../../graph/define-pass.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { OrtSession } from '../../sessions/ort-session.ts';

/** A copy of a model with constants in the place of its inputs. */
const withNumbers = definePass({
  name: 'constant-inputs',
  summary: 'Given numbers take the place of the inputs.',
  rewrites: 'copy',
  apply(model: Model, inputs: ReadonlyMap<string, Tensor>): Model {
    const fed = model.clone();
    fed.graph.setInputs([]);
    for (const [name, tensor] of inputs) fed.graph.setInitializer(name, tensor);
    return fed;
  },
});

/**
 * Runs a model with given numbers in the place of its inputs.
 *
 * @returns its outputs by name
 */
export async function runConstants(
  model: Model,
  inputs: ReadonlyMap<string, Tensor>,
): Promise<Map<string, Tensor>> {
  const session = await OrtSession.create(withNumbers(model, inputs), {
    optimise: 'none',
    keepScratch: false,
  });
  try {
    const types = new Map(session.outputs.map(({ name, dataType }) => [name, dataType!]));
    const results = await session.runTensors({});
    return new Map(
      Object.entries(results).map(([name, { dims, data }]) => {
        const { buffer, byteOffset, byteLength } = data as ArrayBufferView;
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        return [name, new Tensor(lookUp(types, name, 'type of output'), dims, { kind: 'memory', bytes })];
      }),
    );
  } finally {
    await session.release();
  }
}
