import { coupledAsIs } from '../../differentiation/operators/straight-through.ts';
import {
  addTrainingOperator,
  carryTrainingOperators,
} from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import { ConversionError } from '../../errors.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { float, type Node } from '../../graph/node.ts';
import { inTopologicalOrder } from '../../graph/topological-order.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import { foldFewBitWeights } from '../../spiking/few-bit-weights.ts';
import { foldCorrections } from '../../spiking/fold-corrections.ts';
import { type Site, sitesOf } from '../../spiking/neuron-node.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { detached } from '../../training/spiking/gradient-tools.ts';
import { useBatchStatistics } from '../../training/step/batch-statistics.ts';
import { type UnrolledModel, unrollSpiking } from '../unrolled/unroll-spiking.ts';
import { updatedStatistics } from './updated-statistics.ts';

/** How a spiking model is laid out to be trained layer by layer. */
export interface TandemOptions {
  /** Number of time-steps T. */
  readonly steps: number;
  /** Number of samples N of a batch. */
  readonly batchSize: number;
  /** Number of sites, from the first on, whose neurons spike; at the others stand the activation functions. */
  readonly spikingLayers: number;
  /** The input is given for every step: running means [T·N, …], time-step major. Default: one that stays, [N, …]. */
  readonly timedInput?: boolean | undefined;
  /**
   * Batch normalisations use the statistics of the batch, and this is its share in the new running ones, which spiking layers
   * read. Default: they use the running ones.
   */
  readonly statisticsMomentum?: number | undefined;
}

/** A site of a tandem network: names of values [N, …]. */
export interface TandemSite {
  readonly name: string;
  /** The activation function of what the analog layer makes of what the layers before have sent. */
  readonly activation: string;
  /** What the neurons have sent up to step T, decoded; absent where the layer does not spike. */
  readonly sent?: string;
  /** The spikes of each step; none where the layer does not spike. */
  readonly spikes: readonly string[];
}

/** A network whose first layers spike, beside analog layers that share their weights. */
export interface TandemModel {
  /** Inputs and outputs [N, …]; timed inputs [T·N, …]. */
  readonly model: Model;
  readonly sites: readonly TandemSite[];
  /** New running statistics, by the name of the old ones. */
  readonly statistics: ReadonlyMap<string, string>;
}

/** Prefix of what belongs to the spiking layers. */
const scope = 'spiking/';

/**
 * Tandem network: each spiking layer runs forwards only, T steps; beside it an analog layer with the same weights reads what the
 * layers before have sent, and its activation a gets the gradient of what the neurons have sent: ∂sent/∂a := 1. Layers that do not
 * spike yet are analog layers alone, on what the last spiking one has sent.
 *
 * Wu, Xu, Zhou, Zhang, Li, Tan: Progressive Tandem Learning for Pattern Recognition with Deep Spiking Neural Networks, IEEE TPAMI
 * 2021, arXiv:2007.01204. As in its published code, batch normalisations of spiking layers take the running statistics, those of
 * this batch included, and leave epsilon out.
 *
 * Differs from the paper: what is sent is the decoded value, in units of the activation; with amplitude T it is the paper's count.
 *
 * @throws ConversionError at sites whose neurons stand for no activation function, or have hidden steps
 */
export const tandemForm = definePass({
  name: 'tandem-form',
  summary: 'The first layers spike, and analog layers with their weights carry the gradients.',
  rewrites: 'copy',
  async apply(spiking: Model, options: TandemOptions): Promise<TandemModel> {
    const base = spiking.clone();
    foldCorrections(base);
    foldFewBitWeights(base);
    const { steps, batchSize, timedInput, statisticsMomentum: momentum } = options;
    const unrolled = unrollSpiking(base, { steps, batchSize, timedInput, surrogate: 'none' });
    const model = toSourceForm(base);
    const { graph } = model;
    fixBatch(graph, timedInput ? steps * batchSize : batchSize);
    if (timedInput) readLastStep(graph, options);
    const running = momentum === undefined ? [] : await useBatchStatistics(model);
    const statistics = updatedStatistics(graph, running, momentum ?? 0);
    addSpikingLayers(graph, unrolled, statistics);
    const sites = sitesOf(base).map((site, i) => couple(graph, site, unrolled, i < options.spikingLayers));
    graph.setNodes(inTopologicalOrder(graph.nodes));
    const kept = graph.outputs;
    // What the statistics become is read by nobody yet, and nor need it be where no layer spikes.
    graph.setOutputs([
      ...kept,
      ...[...statistics.values()].map((name) => ({ name, dataType: undefined, shape: undefined })),
    ]);
    graph.removeDeadNodes();
    graph.setOutputs(kept);
    carryTrainingOperators(model, trainingOperators);
    return { model, sites, statistics };
  },
});

function fixBatch(graph: Graph, rows: number): void {
  graph.setInputs(
    graph.inputs.map((info) => ({ ...info, shape: info.shape && [rows, ...info.shape.slice(1)] })),
  );
}

/** Analog layers read the mean of the input over all steps. */
function readLastStep(graph: Graph, { steps, batchSize }: TandemOptions): void {
  for (const { name } of graph.inputs) {
    const readers = new Set(graph.consumersOf(name));
    const build = GraphBuilder.behind(graph, name, `${name}.`);
    const bounds = [(steps - 1) * batchSize, steps * batchSize, 0].map((bound, i) =>
      build.integers(['from', 'to', 'axis'][i] ?? '', [bound]),
    );
    const last = build.op('Slice', [name, ...bounds], {}, { name: 'lastStep' });
    const others = new Set(graph.consumersOf(name).filter((reader) => !readers.has(reader)));
    graph.redirectConsumers(name, last, others);
  }
}

/** Adds the network laid out over time, under names of its own; weights are shared. */
function addSpikingLayers(
  graph: Graph,
  { model }: UnrolledModel,
  statistics: ReadonlyMap<string, string>,
): void {
  const made = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  const renamed = (value: string) => (made.has(value) ? scope + value : (statistics.get(value) ?? value));
  for (const [name, tensor] of model.graph.initializers) {
    if (!graph.initializers.has(name)) graph.setInitializer(name, tensor);
  }
  for (const each of model.graph.nodes) {
    const normalises = each.opType === 'BatchNormalization';
    graph.append({
      ...each,
      name: scope + each.name,
      inputs: each.inputs.map(renamed),
      outputs: each.outputs.map((name) => name && scope + name),
      attributes: normalises ? new Map([...each.attributes, ['epsilon', float(0)]]) : each.attributes,
    } satisfies Node);
  }
}

/** Where a layer spikes, its readers read what was sent, and the gradient of that goes to the activation. */
function couple(graph: Graph, site: Site, { sites }: UnrolledModel, spikes: boolean): TandemSite {
  const { name, carried, value } = site;
  if (carried === value) throw noActivation(site);
  if (!spikes) return { name, activation: carried, spikes: [] };
  const own = lookUp(sites, name, 'site');
  const build = new GraphBuilder(graph, `tandem.${name}.`);
  const sent = detached(build, scope + mustExist(own.decoded.at(-1), 'a last step'));
  const coupled = addTrainingOperator(build, coupledAsIs, [sent, carried]);
  graph.redirectConsumers(carried, coupled, new Set([mustExist(graph.producerOf(coupled), 'coupling')]));
  return { name, activation: carried, sent: coupled, spikes: own.spikes.map((each) => scope + each) };
}

function noActivation({ name, neuron }: Site): ConversionError {
  return new ConversionError({
    where: `site '${name}': neuron '${neuron.name}'`,
    expected: 'neurons in the place of an activation function, which an analog layer beside them can compute',
    got: 'neurons that stand for nothing',
    remedy: 'Convert a network of ReLUs with a rate-coded method',
  });
}
