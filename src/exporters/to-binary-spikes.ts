import { type SynapticOperator, synapticOperators } from '../analysis/synaptic-operators.ts';
import { ConversionError, listProblems } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { describeNode, intAttribute, type Node, node } from '../graph/node.ts';
import { reduceSum } from '../graph/reduce-sum.ts';
import { Tensor } from '../graph/tensor.ts';
import { lookUp } from '../look-up.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { domain, stepsName } from '../spiking/domain.ts';
import { isSiteOf, type Site, sitesOf } from '../spiking/neuron-node.ts';
import { channelAmplitudes, parallelSpikes, parallelSpikesFunction } from '../spiking/parallel-spikes.ts';

/** A site with the values that its binary channels add to the graph. */
interface BinarySite {
  /** Running means of the channels, [T·N, …, 2n]. */
  readonly rates: string;
  /** Amplitudes of the channels, [2n]. */
  readonly amplitudes: string;
  /** Number of channels 2n. */
  readonly channels: number;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Parallel Parameter Normalization (ECMT, section 4.3): the same network with strictly binary spikes. Each level of
 * a multi-threshold neuron gets a channel of its own, 2n channels a site, and the thresholds are folded into
 * copies of the weights:
 *
 *     W·Σ_k λ_k z_k = [λ_1 W … λ_2n W]·[z_1; …; z_2n],   z_k ∈ {0, 1}
 *
 * In a product of two sites every pair of channels is multiplied, and the 2n·2n results are summed with weights λ_i·μ_j.
 *
 * Differs from the paper: the paper normalises weights so that each threshold is 1 and leaves open how a product is
 * written; here the amplitude is folded into the weight, which is the same up to units.
 *
 * @param spiking a model with multi-threshold neurons of scalar thresholds at the inputs of MatMul, Gemm and Conv
 * @throws ConversionError that lists all operators and sites without a binary form
 */
export const toBinarySpikes = definePass({
  name: 'binary-spikes',
  summary: 'Every level of a neuron gets a channel of zeros and ones.',
  rewrites: 'copy',
  async apply(spiking: Model): Promise<Model> {
    const model = spiking.clone();
    const sites = sitesOf(model);
    const decoded = new Set(sites.map((site) => site.decoded));
    const fed = synapticOperators(model.graph).filter(({ operands }) =>
      operands.some(({ value }) => decoded.has(value)),
    );
    const ladders = requireBinaryForm(sites, fed);
    const shapes = await measureShapes(
      model,
      fed.flatMap(({ node }) => node.inputs.slice(0, 2)),
    );
    model.functions.push(parallelSpikesFunction(model.opset));
    const binary = new Map(ladders.map((site) => [site.decoded, addChannels(model, site)]));
    for (const { node } of fed) {
      const [a, b] = node.inputs.slice(0, 2).map((value) => binary.get(value));
      rewrite(model, node, a, b, shapes);
    }
    return model;
  },
});

/** Neurons on a ladder with thresholds for the whole site. */
type LadderSite = Site<typeof multiThreshold>;

function requireBinaryForm(sites: readonly Site[], operators: readonly SynapticOperator[]): LadderSite[] {
  const ladders = sites.filter(isLadder);
  const problems = [
    ...sites
      .filter((site) => !isLadder(site))
      .map(
        ({ name, neuron }) =>
          `site '${name}': expected a multi-threshold neuron with scalar thresholds, got ${neuron.name}`,
      ),
    ...operators
      .filter(({ node }) => !canRewrite(node))
      .map(({ node }) => `${describeNode(node)}: no binary form for this operator`),
  ];
  if (problems.length === 0) return ladders;
  throw new ConversionError(
    listProblems(
      'binary-spikes: cannot be exported; export it as unrolled, or convert it by ecmt:',
      problems,
    ),
  );
}

function isLadder(site: Site): site is LadderSite {
  return isSiteOf(site, multiThreshold) && Object.values(site.parameters).every(({ size }) => size === 1);
}

function canRewrite(of: Node): boolean {
  if (of.opType === 'Gemm') return intAttribute(of, 'transA', 0) === 0;
  return of.opType === 'MatMul' || of.opType === 'Conv';
}

/** Adds the binary channels of a site behind its neuron. */
function addChannels(model: Model, site: LadderSite): BinarySite {
  const { graph } = model;
  const levels = site.neuron.levels(site.attributes);
  const { thresholdPositive: positive, thresholdNegative: negative } = site.parameterValues;
  const ladder = graph.addInitializer(`${site.name}.ladder`, Tensor.float64([levels.length], levels));
  const build = GraphBuilder.behind(graph, site.spikes, `${site.name}.`);
  const [rates] = build.ops(
    parallelSpikes,
    [site.spikes, stepsName, ladder, positive, negative],
    2,
    {},
    { domain, name: 'channels' },
  ) as [string, string];
  const amplitudes = channelAmplitudes(build, ladder, positive, negative);
  return { rates, amplitudes, channels: 2 * levels.length };
}

function rewrite(
  model: Model,
  of: Node,
  a: BinarySite | undefined,
  b: BinarySite | undefined,
  shapes: Shapes,
): void {
  const build = GraphBuilder.behind(model.graph, of.outputs[0]!, `${of.name}.`);
  if (a && b) rewriteProduct(model, build, of, a, b, shapes);
  else if (a) build.add({ ...of, inputs: spikesTimesWeight(build, of, a, shapes) });
  else if (b) build.add({ ...of, inputs: weightTimesSpikes(build, of, b, shapes) });
  model.graph.removeNode(of);
}

/** The inputs in binary form of a linear operator whose right operand is carried by spikes. */
function weightTimesSpikes(build: GraphBuilder, of: Node, b: BinarySite, shapes: Shapes): string[] {
  const { first, left, right } = operandsOf(of, shapes);
  return [foldedWeight(build, first, left, left.length - 1, b), channelsBesideRows(build, b, right)];
}

/** The same where it is the left one. */
function spikesTimesWeight(build: GraphBuilder, of: Node, a: BinarySite, shapes: Shapes): string[] {
  const { second, bias, left, right } = operandsOf(of, shapes);
  if (of.opType === 'Conv') {
    return [channelsBesideMaps(build, a, left), foldedWeight(build, second, right, 1, a), ...bias];
  }
  const contracted = of.opType === 'Gemm' && intAttribute(of, 'transB', 0) === 1 ? 1 : right.length - 2;
  return [mergeLast(build, a.rates, left.length), foldedWeight(build, second, right, contracted, a), ...bias];
}

function operandsOf(of: Node, shapes: Shapes) {
  const [first, second, ...bias] = of.inputs as [string, string, ...string[]];
  const shapeOf = (value: string) => lookUp(shapes, value, 'shape of value');
  return { first, second, bias, left: shapeOf(first), right: shapeOf(second) };
}

/** [T·N, …, K, 2n] → [T·N, …, K·2n]. @param rank of the site's value */
function mergeLast(build: GraphBuilder, rates: string, rank: number): string {
  return build.op('Reshape', [rates, build.integers('merged', [...zeros(rank - 1), -1])]);
}

/** [T·N, …, K, M, 2n] → [T·N, …, K·2n, M]. */
function channelsBesideRows(build: GraphBuilder, { rates }: BinarySite, shape: readonly number[]): string {
  const rank = shape.length;
  const perm = [...range(rank - 1), rank, rank - 1];
  const turned = build.op('Transpose', [rates], { perm });
  return build.op('Reshape', [turned, build.integers('rows', [...zeros(rank - 2), -1, shape[rank - 1]!])]);
}

/** [T·N, C, H, W, 2n] → [T·N, C·2n, H, W]: channel c·2n + k, so that groups stay together. */
function channelsBesideMaps(
  build: GraphBuilder,
  { rates, channels }: BinarySite,
  shape: readonly number[],
): string {
  const rank = shape.length;
  const turned = build.op('Transpose', [rates], { perm: [0, 1, rank, ...range(rank).slice(2)] });
  return build.op('Reshape', [turned, build.integers('maps', [0, shape[1]! * channels, ...shape.slice(2)])]);
}

/** Copies a weight for each channel along its contracted axis, multiplied with the channel's amplitude. */
function foldedWeight(
  build: GraphBuilder,
  weight: string,
  shape: readonly number[],
  axis: number,
  { amplitudes, channels }: BinarySite,
): string {
  const [before, after] = [shape.slice(0, axis + 1), shape.slice(axis + 1)];
  const spread = build.op('Reshape', [weight, build.integers('spread', [...before, 1, ...after])]);
  const factors = build.op('Reshape', [
    amplitudes,
    build.integers('factors', [channels, ...after.map(() => 1)]),
  ]);
  const copies = build.op('Mul', [spread, factors]);
  const folded = [...shape.slice(0, axis), shape[axis]! * channels, ...after];
  return build.op('Reshape', [copies, build.integers('folded', folded)], {}, { name: 'folded' });
}

/** Every pair of channels is multiplied with binary operands; the amplitudes weigh the results. */
function rewriteProduct(
  model: Model,
  build: GraphBuilder,
  of: Node,
  a: BinarySite,
  b: BinarySite,
  shapes: Shapes,
): void {
  const { left, right } = operandsOf(of, shapes);
  const rank = left.length;
  const [rows, contracted, columns] = [left[rank - 2]!, left[rank - 1]!, right[right.length - 1]!];
  const perm = [...range(rank - 1), rank, rank - 1];
  const turned = build.op('Transpose', [a.rates], { perm });
  const stacked = build.op('Reshape', [
    turned,
    build.integers('stacked', [...zeros(rank - 2), -1, contracted]),
  ]);
  const pairs = build.op('MatMul', [stacked, mergeLast(build, b.rates, right.length)], {}, { name: 'pairs' });
  const split = build.op('Reshape', [
    pairs,
    build.integers('split', [...zeros(rank - 2), rows, a.channels, columns, b.channels]),
  ]);
  const column = build.op('Reshape', [a.amplitudes, build.integers('column', [a.channels, 1, 1])]);
  const weights = build.op('Mul', [column, b.amplitudes]);
  const weighed = build.op('Mul', [split, weights]);
  build.add(
    node('Identity', [reduceSum(build, model.opset, weighed, [-3, -1])], of.outputs, {}, { name: of.name }),
  );
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
