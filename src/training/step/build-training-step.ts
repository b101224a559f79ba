import { logitsOf } from '../../analysis/logits-of.ts';
import { differentiate } from '../../differentiation/differentiate.ts';
import { inferTypes } from '../../differentiation/infer-types.ts';
import { carryTrainingOperators } from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import type { AnyOptimiser } from '../optimisers/define-optimiser.ts';
import { type RunningStatistic, useBatchStatistics } from './batch-statistics.ts';
import { joinFlat, readFromVector } from './flat-tensors.ts';
import { type LossName, losses } from './losses.ts';
import { layOut, type ParameterLayout } from './parameter-layout.ts';
import type { TrainableNetwork } from './trainable-network.ts';

/** Settings of a training step. */
export interface TrainingStepOptions {
  readonly batchSize: number;
  readonly loss: LossName;
  readonly optimiser: AnyOptimiser;
  /** Checked settings of the optimiser. */
  readonly optimiserOptions: unknown;
  /** Largest length of the whole gradient vector; longer ones are scaled down. Default: no limit. */
  readonly clip?: number | undefined;
  /** Share of the batch in new running statistics. Default 0.1. */
  readonly statisticsMomentum?: number | undefined;
}

/**
 * One training step as one ONNX graph. Inputs: the network's input, `targets`, `learning_rate` [], `step` [],
 * `parameters` [n], `statistics` [s], `state.NAME` [n]. Outputs: `loss` [], `correct` [] (rows whose largest output is
 * at the largest target), `gradient_norm` [] (before clipping), and the vectors as `NAME.next`.
 */
export interface TrainingStep {
  readonly model: Model;
  /** The same network for evaluation: inputs x, `targets`, `parameters`, `statistics`; outputs `loss`, `hits` [N]: 1 or 0. */
  readonly evaluation: Model;
  readonly parameters: ParameterLayout;
  /** Running statistics of batch normalisations. */
  readonly statistics: ParameterLayout;
  /** Names of the optimiser's state vectors. */
  readonly state: readonly string[];
}

/** Builds the graphs of training and evaluation for a fixed batch size. @throws GraphError as `differentiate` does */
export async function buildTrainingStep(
  network: TrainableNetwork,
  options: TrainingStepOptions,
): Promise<TrainingStep> {
  const { graph: source } = network.model;
  const shapes = (names: readonly string[]) =>
    names.map((name) => [name, source.initializers.get(name)!.shape] as const);
  const parameters = layOut(shapes(network.parameters));
  const forward = fixBatch(network.model, options.batchSize);
  const running = useBatchStatistics(forward);
  const statistics = layOut(shapes(running.map(({ name }) => name)));
  const evaluation = fixBatch(network.model, options.batchSize);
  for (const each of [forward, evaluation]) {
    readFromVector(each.graph, parameters, 'parameters');
    if (each === evaluation) readFromVector(each.graph, statistics, 'statistics');
    await addLoss(each, options.loss);
  }
  const names = network.parameters;
  const { model, gradients } = await differentiate(forward, 'loss', names);
  const build = new GraphBuilder(model.graph, 'update.');
  addUpdate(
    build,
    names.map((name) => gradients.get(name)!),
    parameters,
    network,
    options,
  );
  await addStatistics(build, forward, running, statistics, options.statisticsMomentum ?? 0.1);
  model.graph.removeDeadNodes();
  evaluation.graph.setOutputs(
    ['loss', 'hits'].map((name) => ({
      name,
      dataType: 'float32',
      shape: undefined,
    })),
  );
  evaluation.graph.removeDeadNodes();
  return { model, evaluation, parameters, statistics, state: options.optimiser.state };
}

/** A copy whose batch axis has a fixed length. */
function fixBatch(model: Model, batchSize: number): Model {
  const copy = model.clone();
  const fixed = (shape: readonly unknown[] | undefined) => shape && [batchSize, ...shape.slice(1)];
  copy.graph.setInputs(copy.graph.inputs.map((info) => ({ ...info, shape: fixed(info.shape) as number[] })));
  copy.graph.setOutputs(copy.graph.outputs.map((info) => ({ ...info, shape: undefined })));
  return copy;
}

/** Appends loss and number of right predictions; they become the outputs. */
async function addLoss(model: Model, loss: LossName): Promise<void> {
  const { graph } = model;
  const predictions = logitsOf(model).name;
  carryTrainingOperators(model, trainingOperators);
  const { shape } = (await inferTypes(model)).get(predictions)!;
  graph.addInput({ name: 'targets', dataType: 'float32', shape });
  const build = new GraphBuilder(graph);
  losses[loss](build, predictions, 'targets');
  const largest = (value: string) => build.op('ArgMax', [value], { axis: -1, keepdims: 0 });
  const same = build.op('Equal', [largest(predictions), largest('targets')]);
  const hits = build.op('Cast', [same], { to: 1 }, { name: 'hits' });
  build.op('ReduceSum', [hits], { keepdims: 0 }, { name: 'correct' });
  graph.setOutputs(['loss', 'correct'].map((name) => ({ name, dataType: 'float32', shape: [] })));
  carryTrainingOperators(model, trainingOperators);
}

/** Appends clipping and the optimiser. */
function addUpdate(
  build: GraphBuilder,
  gradients: readonly string[],
  layout: ParameterLayout,
  { decays = (_, shape) => shape.length > 1 }: TrainableNetwork,
  { optimiser, optimiserOptions, clip }: TrainingStepOptions,
): void {
  const { graph } = build;
  const vector = (name: string) => {
    graph.addInput({ name, dataType: 'float32', shape: [layout.size] });
    return name;
  };
  for (const name of ['learning_rate', 'step']) graph.addInput({ name, dataType: 'float32', shape: [] });
  const flat = joinFlat(build, gradients);
  const norm = build.op('ReduceL2', [flat], { keepdims: 0 });
  publish(build, norm, 'gradient_norm', []);
  const decayed = new Float32Array(layout.size);
  for (const { name, shape, offset, size } of layout.entries) {
    if (decays(name, shape)) decayed.fill(1, offset, offset + size);
  }
  const updated = optimiser.update(
    build,
    {
      parameters: 'parameters',
      gradient: clip === undefined ? flat : clipped(build, flat, norm, clip),
      learningRate: 'learning_rate',
      step: 'step',
      decayed: build.constant('decayed', Tensor.float32([layout.size], decayed)),
      state: Object.fromEntries(optimiser.state.map((name) => [name, vector(`state.${name}`)])),
    },
    optimiserOptions,
  );
  publish(build, updated.parameters, 'parameters.next', [layout.size]);
  for (const name of optimiser.state)
    publish(build, updated.state[name]!, `state.${name}.next`, [layout.size]);
}

/** gradient · min(1, limit/norm). */
function clipped(build: GraphBuilder, gradient: string, norm: string, limit: number): string {
  const guarded = build.op('Add', [norm, build.scalar('tiny', 1e-6)]);
  const ratio = build.op('Div', [build.scalar('limit', limit), guarded]);
  return build.op('Mul', [gradient, build.op('Min', [ratio, build.scalar('one', 1)])]);
}

/** running ← (1 − m)·running + m·batch, with the variance of the batch unbiased. */
async function addStatistics(
  build: GraphBuilder,
  forward: Model,
  running: readonly RunningStatistic[],
  layout: ParameterLayout,
  momentum: number,
): Promise<void> {
  if (running.length === 0) return;
  const { graph } = build;
  const types = await inferTypes(forward);
  const shares = new Float32Array(layout.size);
  for (const [i, { kind, input }] of running.entries()) {
    const [batch = 1, , ...spatial] = types.get(input)!.shape;
    const count = batch * sizeOf(spatial);
    const { offset, size } = layout.entries[i]!;
    shares.fill(
      kind === 'mean' ? momentum : (momentum * count) / Math.max(count - 1, 1),
      offset,
      offset + size,
    );
  }
  graph.addInput({ name: 'statistics', dataType: 'float32', shape: [layout.size] });
  const batch = joinFlat(
    build,
    running.map((each) => each.batch),
  );
  const fresh = build.op('Mul', [batch, build.constant('shares', Tensor.float32([layout.size], shares))]);
  const kept = build.op('Mul', ['statistics', build.scalar('kept', 1 - momentum)]);
  publish(build, build.op('Add', [kept, fresh]), 'statistics.next', [layout.size]);
}

/** Makes a value an output of the graph under a name of its own. */
function publish({ graph }: GraphBuilder, value: string, name: string, shape: number[]): void {
  new GraphBuilder(graph as Graph).op('Identity', [value], {}, { name });
  graph.addOutput({ name, dataType: 'float32', shape });
}
