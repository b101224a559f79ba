import { dirname, resolve } from 'node:path';
import { FormatError } from '../../errors.ts';
import { readCheckpointTensors } from '../../files/read-checkpoint-tensors.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { inlineFunctions } from '../../passes/inline-functions.ts';
import { Random } from '../../random.ts';
import type { NetworkShape } from '../networks/define-network.ts';
import { thresholdSuffix, useQcfs } from '../networks/use-qcfs.ts';
import type { TrainableNetwork } from '../step/trainable-network.ts';
import type { CheckedRecipe } from './load-recipe.ts';

/** A network with its start values, and how it is written down. */
export interface PreparedNetwork extends TrainableNetwork {
  /** config.json of the checkpoint, without what training finds out. */
  readonly config: Record<string, unknown>;
  /** Start values of parameters and running statistics, by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Key of the random stream of the weights. */
const weightStream = 3;

/**
 * Builds the network of a recipe with its start values.
 *
 * @param recipePath what `from` is relative to
 * @throws FormatError if the checkpoint to start from does not fit
 */
export async function prepareNetwork(
  checked: CheckedRecipe,
  shape: NetworkShape,
  classNames: readonly string[] | undefined,
  recipePath: string,
): Promise<PreparedNetwork> {
  const { recipe, network, networkSettings } = checked;
  const initial = network.initialise(networkSettings, shape, new Random(recipe.seed, weightStream));
  if (recipe.from !== undefined) {
    await takeOver(initial.tensors, resolve(dirname(recipePath), recipe.from));
  }
  const recognised = network.architecture.recognise(initial.config, initial.tensors, recipePath);
  const { model } = recognised.build();
  network.prepare?.(model, networkSettings);
  inlineFunctions(model);
  const batch = { batchSize: recipe.batchSize, steps: shape.steps ?? 1 };
  const laidOut = network.overTime?.layOut(model, networkSettings, batch);
  const names = [...initial.tensors.keys()].filter((name) => model.graph.initializers.has(name));
  if (recipe.activation.kind === 'qcfs') {
    const { levels, threshold } = recipe.activation;
    for (const name of useQcfs(model, levels, threshold)) {
      names.push(name);
      initial.tensors.set(name, lookUp(model.graph.initializers, name, 'constant'));
    }
  }
  return {
    model,
    parameters: names.filter((name) => !/\.running_(mean|var)$/.test(name)),
    decays: initial.decays,
    pace: initial.pace,
    rangeOf: initial.rangeOf,
    penalty: laidOut?.penalty,
    config: { ...initial.config, ...description(checked, classNames) },
    tensors: initial.tensors,
  };
}

/** Replaces tensors by those of a checkpoint. */
async function takeOver(tensors: Map<string, Tensor>, folder: string): Promise<void> {
  const given = await readCheckpointTensors(folder);
  for (const [name, tensor] of tensors) {
    const found = given.get(name);
    if (found && found.shape.join() === tensor.shape.join()) {
      tensors.set(name, Tensor.float32(found.shape, found.toFloat32()));
      continue;
    }
    throw new FormatError({
      where: `${folder}: tensor '${name}'`,
      expected: `shape [${tensor.shape}]`,
      got: found ? `[${found.shape}]` : 'none',
      remedy: 'Start from a checkpoint of the network that the recipe describes',
    });
  }
}

function description({ recipe, network }: CheckedRecipe, classNames: readonly string[] | undefined) {
  const { mean, std } = recipe.data;
  return {
    ...(!network.readsArrays && !network.overTime && { preprocess: { interpolation: 'bicubic', mean, std } }),
    ...(!network.readsArrays && classNames && { label_names: [...classNames] }),
  };
}

/** Splits trained tensors into those of the checkpoint and the thresholds of the activations, which go into config.json. */
export function splitThresholds(tensors: ReadonlyMap<string, Tensor>): {
  weights: Map<string, Tensor>;
  thresholds: Record<string, number>;
} {
  const weights = new Map<string, Tensor>();
  const thresholds: Record<string, number> = {};
  for (const [name, tensor] of tensors) {
    if (name.endsWith(thresholdSuffix)) {
      thresholds[name.slice(0, -thresholdSuffix.length)] = tensor.toFloat32()[0]!;
    } else weights.set(name, tensor);
  }
  return { weights, thresholds };
}
