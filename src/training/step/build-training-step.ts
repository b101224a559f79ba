import { logitsOf } from '../../analysis/logits-of.ts';
import { differentiate } from '../../differentiation/differentiate.ts';
import { freezeShapes } from '../../differentiation/freeze-shapes.ts';
import { inferTypes } from '../../differentiation/infer-types.ts';
import { carryTrainingOperators } from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import { GraphError } from '../../errors.ts';
import { sharedInputs } from '../../graph/batch-axis.ts';
import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import type { ValueInfo } from '../../graph/value-info.ts';
import { lookUp } from '../../look-up.ts';
import { channelBlock } from '../../sessions/channel-block.ts';
import { exposeValues } from '../../sessions/expose-values.ts';
import type { AnyOptimiser } from '../optimisers/define-optimiser.ts';
import { type RunningStatistic, useBatchStatistics } from './batch-statistics.ts';
import { blockConvolutions } from './block-convolutions.ts';
import { drawNumbers } from './draw-numbers.ts';
import { joinFlat, readFromVector } from './flat-tensors.ts';
import { hits, type LossName, losses } from './losses.ts';
import { layOut, type ParameterLayout } from './parameter-layout.ts';
import { recomputeValues } from './recompute-values.ts';
import type { Teacher, TrainableNetwork } from './trainable-network.ts';

/** Settings of a training step. */
export interface TrainingStepOptions {
  /** Number of samples that one run of the graph takes. */
  readonly batchSize: number;
  /**
   * Number of runs whose gradients make one update, so that a batch of `batchSize` times as many samples takes the memory of one
   * run. Default 1. Not for networks with batch normalisations, which a part of a batch would normalise otherwise.
   */
  readonly microBatches?: number | undefined;
  /** Lengths of axes that inputs name, such as `steps` of inputs over time. */
  readonly lengths?: Readonly<Record<string, number>> | undefined;
  readonly loss: LossName;
  readonly optimiser: AnyOptimiser;
  /** Checked settings of the optimiser. */
  readonly optimiserOptions: unknown;
  /** Largest length of the whole gradient vector; longer ones are scaled down. Default: no limit. */
  readonly clip?: number | undefined;
  /** Share of the batch in new running statistics. Default 0.1. */
  readonly statisticsMomentum?: number | undefined;
  /** Decides the random numbers of Dropout and RandomUniformLike, together with the number of the step. Default 0. */
  readonly seed?: number | undefined;
}

/** Random numbers that the graphs of a training take, uniform in [0, 1). */
export interface DrawnNumbers {
  readonly seed: number;
  /** How many a run of the training graph takes as `drawn`; 0: it has no such input. */
  readonly training: number;
  /** How many a run of the evaluation graph takes. */
  readonly evaluation: number;
}

/**
 * One training step as one ONNX graph; with several micro-batches it takes the gradient of those before as `gradient` [n] and gives the
 * sum as `gradient.next`, and the update counts after the last one. Inputs: the network's inputs, `targets`, `learning_rate` [], `step` [],
 * `parameters` [n], `statistics` [s], `state.NAME` [n]. Outputs: `loss` [], `correct` [] (how many rows are right,
 * see {@link hits}), `gradient_norm` [] (before clipping), and the vectors as `NAME.next`. Where the network has random operators, their
 * numbers are an input of both graphs, too; see {@link drawNumbers}.
 */
export interface TrainingStep {
  readonly model: Model;
  /** The same network for evaluation: its inputs, `targets`, `parameters`, `statistics`; outputs `loss`, `hits` [N]: 0 to 1. */
  readonly evaluation: Model;
  readonly parameters: ParameterLayout;
  /** Names of the network's own inputs. */
  readonly inputs: readonly string[];
  /** Running statistics of batch normalisations. */
  readonly statistics: ParameterLayout;
  /** Names of the optimiser's state vectors. */
  readonly state: readonly string[];
  /** Runs of the graph that make one update. */
  readonly microBatches: number;
  /** Names of values of the network that a step tells beside its loss. */
  readonly carried: readonly string[];
  readonly drawn: DrawnNumbers;
  /** Whether parts of the network are computed again to save memory. */
  readonly recomputes: boolean;
}

/**
 * Builds the graphs of training and evaluation for a fixed batch size.
 *
 * @throws GraphError as `differentiate` does; for several micro-batches of a network with batch normalisations
 */
export async function buildTrainingStep(
  network: TrainableNetwork,
  options: TrainingStepOptions,
): Promise<TrainingStep> {
  const { graph: source } = network.model;
  const shapes = (names: readonly string[]) =>
    names.map((name) => [name, lookUp(source.initializers, name, 'constant').shape] as const);
  const parameters = layOut(shapes(network.parameters));
  const plain = withFixedLengths(network.model, options);
  readFromVector(plain, parameters, 'parameters');
  const { carried = [] } = network;
  const fixed = await withFixedShapes(plain, [network.teacher?.logits, network.penalty, ...carried]);
  const block = await channelBlock();
  await blockConvolutions(fixed, block);
  const forward = fixed.clone();
  const drawn = {
    seed: options.seed ?? 0,
    training: await drawNumbers(forward, true),
    evaluation: await drawNumbers(fixed, false),
  };
  const running = await useBatchStatistics(forward);
  const { microBatches = 1 } = options;
  if (microBatches > 1 && running.length > 0) throw normalisesByBatch(network.model);
  const statistics = layOut(shapes(running.map(({ name }) => name)));
  const evaluation = fixed;
  readFromVector(evaluation, statistics, 'statistics');
  for (const each of [forward, evaluation]) {
    const taught = each === forward || network.teacher?.inTests ? network.teacher : undefined;
    await appendLoss(each, options.loss, taught);
  }
  for (const name of carried) forward.graph.addOutput({ name, dataType: 'float32', shape: undefined });
  const objective = network.penalty === undefined ? 'loss' : withPenalty(forward, network.penalty);
  const { model, gradients } = await differentiate(forward, objective, network.parameters, block);
  if (network.recomputed) {
    const made = new Set(forward.graph.nodes.flatMap(({ outputs }) => outputs));
    recomputeValues(model, made, network.recomputed, gradients.values());
  }
  const inOrder = network.parameters.map((name) => lookUp(gradients, name, 'gradient of'));
  const shares = await batchShares(forward, running, statistics, options.statisticsMomentum ?? 0.1);
  appendStatistics(model, running, statistics, shares);
  appendUpdate(model, inOrder, parameters, network, options);
  return {
    model,
    evaluation: exposeValues(evaluation, ['loss', 'hits'], false),
    inputs: source.inputs.map(({ name }) => name),
    parameters,
    statistics,
    state: options.optimiser.state,
    microBatches,
    carried,
    drawn,
    recomputes: network.recomputed !== undefined,
  };
}

function normalisesByBatch({ graph }: Model): GraphError {
  return new GraphError({
    where: `train: graph '${graph.name}'`,
    expected: 'a network without batch normalisations, where batches are taken in parts',
    got: 'one that normalises by its batch',
    remedy: 'Take whole batches, or fold the normalisations',
  });
}

const withFixedLengths = definePass({
  name: 'fixed-lengths',
  summary: 'The batch axis of inputs, and axes that have a name, get fixed lengths.',
  rewrites: 'copy',
  apply(model: Model, { batchSize, lengths = {} }: TrainingStepOptions): Model {
    const copy = model.clone();
    const { inputs } = copy.graph;
    const shared = sharedInputs(inputs);
    const known = ({ name, shape }: ValueInfo) =>
      shape?.map((length, axis) => {
        if (axis === 0 && !shared.has(name)) return batchSize;
        return typeof length === 'string' ? (lengths[length] ?? length) : length;
      });
    copy.graph.setInputs(inputs.map((info) => ({ ...info, shape: known(info) })));
    copy.graph.setOutputs(copy.graph.outputs.map((info) => ({ ...info, shape: undefined })));
    return copy;
  },
});

/**
 * What follows from the shapes of the inputs becomes constant, where something does. Weights are inputs, and none of that.
 *
 * @param read names of values that the loss will read beside the outputs
 */
async function withFixedShapes(model: Model, read: readonly (string | undefined)[]): Promise<Model> {
  const { graph } = model;
  const { nodes, inputs } = graph;
  if (!nodes.some(({ opType }) => opType === 'Shape' || opType === 'Size')) return model;
  // Outputs count as read; the loss takes the place of all of them.
  const known = new Set(graph.outputs.map(({ name }) => name));
  for (const name of read) {
    if (name !== undefined && !known.has(name))
      graph.addOutput({ name, dataType: 'float32', shape: undefined });
  }
  return freezeShapes(model, new Map(inputs.map(({ name, shape = [] }) => [name, shape.map(Number)])));
}

const appendLoss = definePass({
  name: 'loss',
  summary: 'Loss and number of right predictions are appended; they become the outputs.',
  rewrites: 'input',
  async apply(model: Model, loss: LossName, teacher: Teacher | undefined): Promise<void> {
    const { graph } = model;
    const predictions = logitsOf(model).name;
    carryTrainingOperators(model, trainingOperators);
    const { shape } = lookUp(await inferTypes(model), predictions, 'type of value');
    graph.addInput({ name: 'targets', dataType: 'float32', shape });
    const build = new GraphBuilder(graph);
    const targets = teacher ? taughtTargets(build, teacher.logits) : 'targets';
    losses[loss](build, predictions, targets);
    const right = hits[loss](build, predictions, targets);
    build.op('ReduceSum', [right], { keepdims: 0 }, { name: 'correct' });
    graph.setOutputs(['loss', 'correct'].map((name) => ({ name, dataType: 'float32', shape: [] })));
    carryTrainingOperators(model, trainingOperators);
  },
});

const withPenalty = definePass({
  name: 'penalty',
  summary: 'What is added to the loss is appended.',
  rewrites: 'input',
  apply: ({ graph }: Model, penalty: string): string =>
    new GraphBuilder(graph, 'penalty.').op('Add', ['loss', penalty], {}, { name: 'objective' }),
});

/** Probabilities of the teacher; rows of targets that are 0, which fill up a batch, stay 0. */
function taughtTargets(build: GraphBuilder, logits: string): string {
  const axis = build.integers('rows.axis', [1]);
  const rows = build.op('ReduceSum', ['targets', axis], { keepdims: 1 });
  return build.op('Mul', [build.op('Softmax', [logits], { axis: -1 }), rows]);
}

const appendUpdate = definePass({
  name: 'update',
  summary: 'Clipping and the optimiser are appended.',
  rewrites: 'input',
  apply(
    { graph }: Model,
    gradients: readonly string[],
    layout: ParameterLayout,
    { decays = (_, shape) => shape.length > 1, pace, rangeOf }: TrainableNetwork,
    { optimiser, optimiserOptions, clip, microBatches = 1 }: TrainingStepOptions,
  ): void {
    const build = new GraphBuilder(graph, 'update.');
    const vector = (name: string) => {
      graph.addInput({ name, dataType: 'float32', shape: [layout.size] });
      return name;
    };
    for (const name of ['learning_rate', 'step']) graph.addInput({ name, dataType: 'float32', shape: [] });
    const own = joinFlat(build, gradients);
    const flat = microBatches === 1 ? own : summedUp(build, own, vector('gradient'), microBatches);
    if (microBatches > 1) publish(build, flat, 'gradient.next', [layout.size]);
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
        learningRate: pace ? pacedRate(build, layout, pace) : 'learning_rate',
        step: 'step',
        decayed: build.constant('decayed', Tensor.float32([layout.size], decayed)),
        state: Object.fromEntries(optimiser.state.map((name) => [name, vector(`state.${name}`)])),
      },
      optimiserOptions,
    );
    const kept = rangeOf ? keptInRange(build, updated.parameters, layout, rangeOf) : updated.parameters;
    publish(build, kept, 'parameters.next', [layout.size]);
    for (const name of optimiser.state)
      publish(build, updated.state[name]!, `state.${name}.next`, [layout.size]);
    graph.removeDeadNodes();
  },
});

/** The learning rate of each parameter. */
function pacedRate(
  build: GraphBuilder,
  { entries, size }: ParameterLayout,
  pace: (name: string) => number,
): string {
  const paces = new Float32Array(size);
  for (const { name, offset, size: length } of entries) paces.fill(pace(name), offset, offset + length);
  return build.op('Mul', ['learning_rate', build.constant('paces', Tensor.float32([size], paces))]);
}

/** Σ over micro-batches of their mean gradients, each a part of the mean over the whole batch. */
function summedUp(build: GraphBuilder, own: string, before: string, microBatches: number): string {
  return build.op('Add', [before, build.op('Div', [own, build.scalar('parts', microBatches)])]);
}

/** The parameters, each moved to where it is kept; nothing is appended if none is kept anywhere. */
function keptInRange(
  build: GraphBuilder,
  parameters: string,
  { entries, size }: ParameterLayout,
  rangeOf: NonNullable<TrainableNetwork['rangeOf']>,
): string {
  const smallest = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
  const largest = new Float32Array(size).fill(Number.POSITIVE_INFINITY);
  const ranged = entries.filter(({ name, offset, size: length }) => {
    const range = rangeOf(name);
    if (range) smallest.fill(range.smallest, offset, offset + length);
    if (range?.largest !== undefined) largest.fill(range.largest, offset, offset + length);
    return range;
  });
  if (ranged.length === 0) return parameters;
  const bound = (name: string, values: Float32Array) => build.constant(name, Tensor.float32([size], values));
  const raised = build.op('Max', [parameters, bound('smallest', smallest)]);
  return build.op('Min', [raised, bound('largest', largest)]);
}

/** gradient · min(1, limit/norm). */
function clipped(build: GraphBuilder, gradient: string, norm: string, limit: number): string {
  const guarded = build.op('Add', [norm, build.scalar('tiny', 1e-6)]);
  const ratio = build.op('Div', [build.scalar('limit', limit), guarded]);
  return build.op('Mul', [gradient, build.op('Min', [ratio, build.scalar('one', 1)])]);
}

/** How much of the new running statistics the batch is: m for means, m·n/(n − 1) for variances, to be unbiased. */
async function batchShares(
  forward: Model,
  running: readonly RunningStatistic[],
  layout: ParameterLayout,
  momentum: number,
): Promise<BatchShares> {
  const types = await inferTypes(forward);
  const shares = new Float32Array(layout.size);
  for (const [i, { kind, input }] of running.entries()) {
    const [batch = 1, , ...spatial] = lookUp(types, input, 'type of value').shape;
    const count = batch * sizeOf(spatial);
    const { offset, size } = layout.entries[i]!;
    shares.fill(
      kind === 'mean' ? momentum : (momentum * count) / Math.max(count - 1, 1),
      offset,
      offset + size,
    );
  }
  return { shares, momentum };
}

/** Shares of the batch by place in the layout, and what they are before they are made unbiased. */
interface BatchShares {
  readonly shares: Float32Array;
  readonly momentum: number;
}

const appendStatistics = definePass({
  name: 'running-statistics',
  summary: 'running ← (1 − m)·running + share·batch is appended.',
  rewrites: 'input',
  apply(
    { graph }: Model,
    running: readonly RunningStatistic[],
    layout: ParameterLayout,
    { shares, momentum }: BatchShares,
  ): void {
    if (running.length === 0) return;
    const build = new GraphBuilder(graph, 'update.');
    graph.addInput({ name: 'statistics', dataType: 'float32', shape: [layout.size] });
    const batch = joinFlat(
      build,
      running.map((each) => each.batch),
    );
    const fresh = build.op('Mul', [batch, build.constant('shares', Tensor.float32([layout.size], shares))]);
    const kept = build.op('Mul', ['statistics', build.scalar('kept', 1 - momentum)]);
    publish(build, build.op('Add', [kept, fresh]), 'statistics.next', [layout.size]);
  },
});

/** Makes a value an output of the graph under a name of its own. */
function publish({ graph }: GraphBuilder, value: string, name: string, shape: number[]): void {
  new GraphBuilder(graph).op('Identity', [value], {}, { name });
  graph.addOutput({ name, dataType: 'float32', shape });
}
