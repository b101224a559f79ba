import { join } from 'node:path';
import { writeAtomically } from '../../files/write-atomically.ts';
import { writeSafetensors } from '../../files/write-safetensors.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { type PreparedNetwork, splitThresholds } from '../recipe/prepare-network.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { TrainingStep } from '../step/build-training-step.ts';
import type { TrainingVectors } from '../step/training-session.ts';
import type { EpochRecord } from './training-checkpoint.ts';

/**
 * Writes the network as a checkpoint folder that Transpike opens: `model.safetensors` and `config.json`. The trained
 * thresholds of QCFS activations stand in config.json: `activation: { kind, levels, thresholds: { relu: 1.2, … } }`.
 */
export async function writeModel(
  folder: string,
  network: PreparedNetwork,
  { parameters, statistics }: TrainingStep,
  vectors: TrainingVectors,
  recipe: Recipe,
  last: EpochRecord,
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  for (const [vector, layout] of [
    ['parameters', parameters],
    ['statistics', statistics],
  ] as const) {
    for (const { name, shape, offset, size } of layout.entries) {
      tensors.set(
        name,
        Tensor.float32(shape, lookUp(vectors, vector, 'vector').subarray(offset, offset + size)),
      );
    }
  }
  const { weights, thresholds } =
    recipe.activation.kind === 'qcfs' ? splitThresholds(tensors) : { weights: tensors, thresholds: {} };
  await writeSafetensors(join(folder, 'model.safetensors'), weights, { format: 'pt' });
  // Times differ from run to run; the file shall not.
  const { seconds: _, ...outcome } = last;
  const config = {
    ...network.config,
    ...(recipe.activation.kind === 'qcfs' && {
      activation: { kind: 'qcfs', levels: recipe.activation.levels, thresholds },
    }),
    training: { recipe: recipe.name, seed: recipe.seed, ...outcome },
  };
  await writeAtomically(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
