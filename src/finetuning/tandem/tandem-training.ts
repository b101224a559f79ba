import { definePass } from '../../graph/define-pass.ts';
import type { Model } from '../../graph/model.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import type { TrainableNetwork } from '../../training/step/trainable-network.ts';
import { type TandemModel, tandemForm } from './tandem-form.ts';
import { tandemLayers } from './tandem-layers.ts';

/**
 * When a layer is no longer trained: in the moment in which it is replaced, so that of all spiking layers the first alone is
 * trained, as in the published code; or after the stage that began with that, as the paper is usually read.
 */
export type Freezing = 'on-replacement' | 'after-stage';

/** What one stage of tandem learning trains. */
export interface TandemTraining extends TrainableNetwork {
  readonly form: TandemModel;
  /** Start values of what is trained, by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** How a stage is trained. */
export interface StageOptions {
  /** Layers 0…stage spike; with as many as there are sites the head alone is trained. */
  readonly stage: number;
  readonly freeze: Freezing;
  /** Number of time-steps T. */
  readonly steps: number;
  readonly batchSize: number;
}

/** The training form of one stage of tandem learning. */
export async function tandemTraining(
  base: Model,
  { stage, freeze, steps, batchSize }: StageOptions,
): Promise<TandemTraining> {
  const layers = tandemLayers(base);
  const form = await tandemForm(base, { steps, batchSize, spikingLayers: stage + 1 });
  const first = firstTrained(stage, freeze, layers.length - 1);
  const { initializers } = form.model.graph;
  const parameters = layers.slice(first).flatMap((layer) => layer.parameters);
  return {
    model: form.model,
    form,
    parameters,
    decays: (_name, { length }) => length > 1,
    tensors: new Map(parameters.map((name) => [name, lookUp(initializers, name, 'constant')])),
  };
}

/** Index of the first layer that is trained in a stage. @param head index of the head */
export function firstTrained(stage: number, freeze: Freezing, head: number): number {
  return stage === 0 || freeze === 'after-stage' ? stage : Math.min(stage + 1, head);
}

/** A copy of a model with other values of some constants. */
export const withConstants = definePass({
  name: 'with-constants',
  summary: 'Constants get other values.',
  rewrites: 'copy',
  apply(base: Model, values: ReadonlyMap<string, Tensor>): Model {
    const model = base.clone();
    for (const [name, tensor] of values) model.graph.setInitializer(name, tensor);
    return model;
  },
});
